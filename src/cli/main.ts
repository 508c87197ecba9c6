#!/usr/bin/env node
import './plain-environment.ts'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Command, CommanderError, Option } from 'commander'
import { readVersion } from '../app/version.ts'
import type { CommandContext } from './command-context.ts'
import { COMMANDS, type CommandEntry } from './command-list.ts'
import { describeError, exitCodeOf } from './output/print-error.ts'
import { nameEnvironment } from './settings.ts'

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
  // Without [options]: all have some, and which are not known before they are loaded.
  .configureHelp({ subcommandTerm: (command) => `${command.name()} ${argumentsOf(command)}`.trim() })
  .exitOverride()
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

nameEnvironment(program)
// Most runs are about one command, and help about none: what the others consist of is not loaded.
const listed = new Map<string, { readonly entry: CommandEntry; readonly command: Command }>()
for (const entry of COMMANDS) {
  const command = program.command(entry.usage).summary(entry.summary).description(entry.summary)
  listed.set(command.name(), { entry, command })
}
// Whatever word commander takes for the command, it is one of these.
for (const word of process.argv.slice(2)) await define(word)
program.hook('preAction', async (_, action) => {
  const { config } = globals()
  if (!config) return
  // Settings of other commands are known too.
  for (const name of listed.keys()) await define(name)
  const { applySettingsFile } = await import('./settings-file.ts')
  await applySettingsFile(config, program, action)
})

function argumentsOf({ registeredArguments }: Command): string {
  const names = registeredArguments.map((one) => {
    const name = `${one.name()}${one.variadic ? '...' : ''}`
    return one.required ? `<${name}>` : `[${name}]`
  })
  return names.join(' ')
}

async function define(name: string): Promise<void> {
  const found = listed.get(name)
  if (!found) return
  listed.delete(name)
  const { entry, command } = found
  const fill = await entry.load()
  fill(command, context)
  nameEnvironment(command)
}

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
    const { flushHeldLines } = await import('../app/flush-log.ts')
    flushHeldLines()
    ;(json ? process.stdout : process.stderr).write(describeError(error, json))
    process.exitCode = exitCodeOf(error)
  }
}
