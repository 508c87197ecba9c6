#!/usr/bin/env node
import './plain-environment.ts'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Command, CommanderError, Option } from 'commander'
import { readVersion } from '../app/version.ts'
import type { CommandContext } from './command-context.ts'
import { registerAuditCommand } from './commands/audit.ts'
import { registerDemoCommand } from './commands/demo.ts'
import { registerDhcpCommands } from './commands/dhcp.ts'
import { registerDoctorCommand } from './commands/doctor.ts'
import { registerFleetCommands } from './commands/fleet.ts'
import { registerHostCommands } from './commands/host.ts'
import { registerInstallerCommands } from './commands/installer.ts'
import { registerMediaCommands } from './commands/media.ts'
import { registerServeCommand } from './commands/serve.ts'
import { registerSimulateCommand } from './commands/simulate.ts'
import { registerTokenCommands } from './commands/token.ts'
import { registerUpCommand } from './commands/up.ts'
import { registerUserDataCommands } from './commands/user-data.ts'
import { describeError, exitCodeOf } from './output/print-error.ts'
import { applySettingsFile, nameEnvironment } from './settings.ts'

const program = new Command('edgeboot')
  .description('Turns an installer ISO and a user-data file into running edge hosts.')
  .version(readVersion())
  .option('--config <file>', 'settings file: YAML map of option names to values')
  .option('--data-dir <dir>', 'where hosts, machines and state are kept (default: ~/.local/share/edgeboot)')
  .option('--json', 'print one JSON document on stdout and nothing else there')
  .addOption(
    new Option('--log-level <level>', 'what goes into the log on stderr')
      .choices(['debug', 'info', 'warn', 'error', 'silent'])
      .default('warn'),
  )
  .showHelpAfterError('(edgeboot --help and edgeboot COMMAND --help show what is possible)')
  .addHelpText(
    'after',
    `
Examples:
  $ edgeboot up installer.iso --user-data user-data.yaml              one host, BIOS, 8 CPUs, 32 GiB, 300 GiB
  $ edgeboot up installer.iso --user-data user-data.yaml --count 3 --firmware uefi
  $ edgeboot serve installer.iso --user-data user-data.yaml           serve only; boot the machines by hand
  $ edgeboot plan -f fleet.yaml                                       what a fleet file would change
  $ edgeboot apply -f fleet.yaml --wait                               many hosts, each with its own configuration
  $ edgeboot installer inspect installer.iso                          what is in an ISO
  $ edgeboot doctor                                                   is everything here that it takes
  $ edgeboot demo                                                     the whole job on a stand-in ISO

Every option is also a setting in --config FILE (boot-port: 9000) and in the environment (EDGEBOOT_BOOT_PORT=9000).
Exit codes: 0 done, 1 the work failed, 2 the input or the usage is wrong.`,
  )

const globals = () => program.opts<{ config?: string; dataDir?: string; json?: boolean; logLevel: string }>()
const context: CommandContext = {
  get json() {
    return globals().json === true
  },
  get logLevel() {
    return globals().logLevel
  },
  dataDir: () =>
    globals().dataDir ?? join(process.env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'edgeboot'),
  stdout: (text) => void process.stdout.write(text),
  progress: (line) => void process.stderr.write(`${line}\n`),
}

registerUpCommand(program, context)
registerServeCommand(program, context)
registerSimulateCommand(program, context)
registerInstallerCommands(program, context)
registerUserDataCommands(program, context)
registerFleetCommands(program, context)
registerHostCommands(program, context)
registerMediaCommands(program, context)
registerTokenCommands(program, context)
registerAuditCommand(program, context)
registerDoctorCommand(program, context)
registerDhcpCommands(program, context)
registerDemoCommand(program, context)
nameEnvironment(program)
for (const command of [
  program,
  ...program.commands,
  ...program.commands.flatMap(({ commands }) => commands),
]) {
  command.exitOverride()
}
program.hook('preAction', async (_, action) => {
  const { config } = globals()
  if (config) await applySettingsFile(config, program, action)
})

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) {
    // Help and version end with 0; everything else commander refuses is wrong usage, and it has said so.
    // A bad value from a settings file or the environment it has not met yet.
    if (error.code === 'commander.invalidArgument') context.progress(`edgeboot: ${error.message}`)
    process.exitCode = error.exitCode === 0 ? 0 : 2
  } else {
    const json = context.json
    ;(json ? process.stdout : process.stderr).write(describeError(error, json))
    process.exitCode = exitCodeOf(error)
  }
}
