import type { Command } from 'commander'
import { parseSizeMiB } from '../../domain/size.ts'
import type { CommandContext } from '../command-context.ts'
import { choice } from '../installer-options.ts'
import { runUp } from './up.ts'

export function defineDemo(command: Command, context: CommandContext): void {
  command
    .description(
      'Installs the Debian packages that are missing (as root; otherwise it prints the command), builds a small\n' +
        'stand-in installer ISO from Debian packages, and runs edgeboot up on it with a real virtual machine.\n' +
        'The stand-in behaves like a Palette/Kairos installer towards the network; it is not one.',
    )
    .addOption(choice('--firmware <kind>', 'firmware of the machine', ['bios', 'uefi'], 'bios'))
    .option('--fresh', 'forget the machine of an earlier demo and install anew')
    .addHelpText(
      'after',
      `
Examples:
  $ edgeboot demo
  $ edgeboot demo --firmware uefi
  $ edgeboot demo --fresh`,
    )
    .action(async ({ firmware, fresh }: { firmware: 'bios' | 'uefi'; fresh?: boolean }) => {
      const { prepareDemo } = await import('../../app/demo.ts')
      const name = firmware === 'bios' ? 'demo' : 'demo-uefi'
      const dataDirectory = command.optsWithGlobals<{ dataDir?: string }>().dataDir
      const demo = await prepareDemo({
        name: `${name}-1`,
        fresh: fresh === true,
        dataDirectory,
        note: context.progress,
      })
      await runUp(
        {
          isoPath: demo.isoPath,
          userDataPath: demo.userDataPath,
          count: 1,
          name,
          boot: 'media',
          firmware,
          cpus: 2,
          memoryMiB: parseSizeMiB('2GiB', 'memory'),
          diskGiB: 20,
          driver: 'qemu',
          machineOptions: {},
          ready: 'auto',
          timeoutMs: 30 * 60_000,
          concurrency: 1,
          kernelArgs: { add: [], remove: [] },
          phoneHome: true,
          classic: false,
          bootPort: 0,
          dataDirectory: demo.dataDirectory,
          logLevel: context.logLevel,
        },
        context,
      )
    })
}
