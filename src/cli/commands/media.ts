import type { Command } from 'commander'
import type { Firmware } from '../../domain/machine.ts'
import type { CommandContext } from '../command-context.ts'
import { choice } from '../installer-options.ts'
import { withInterrupt } from '../with-interrupt.ts'
import { registerMediaClean } from './media-clean.ts'

interface MediaValues {
  readonly serverUrl: string
  readonly out: string
  readonly ipxe?: string
  readonly firmware: Firmware
}

export function registerMediaCommands(program: Command, context: CommandContext): void {
  const media = program
    .command('media')
    .description('Boot media that chain to the boot server by themselves.')
    .addHelpText(
      'after',
      '\nExample:\n  $ edgeboot media build --server-url http://192.0.2.10:8080 --out edgeboot.iso',
    )

  media
    .command('build')
    .description(
      'Builds the self-chaining ISO (BIOS and UEFI; also to be written to a USB stick) from a stock iPXE.',
    )
    .requiredOption('--server-url <url>', 'http://HOST:PORT of the boot server, as the machines reach it')
    .requiredOption('--out <file>', 'where to write the ISO')
    .option('--ipxe <dir>', 'folder with the stock iPXE to use')
    .addOption(
      choice('--firmware <kind>', 'firmware it has to work on; uefi works on both', ['bios', 'uefi'], 'uefi'),
    )
    .addHelpText(
      'after',
      '\nExample:\n  $ edgeboot media build --server-url http://192.0.2.10:8080 --out edgeboot.iso',
    )
    .action(async (values: MediaValues) => {
      const { buildMedia } = await import('../../app/media.ts')
      const built = await withInterrupt((signal) =>
        buildMedia(
          {
            serverUrl: values.serverUrl,
            out: values.out,
            firmware: values.firmware,
            ...(values.ipxe === undefined ? {} : { ipxeDirectory: values.ipxe }),
            logLevel: context.logLevel,
          },
          signal,
        ),
      )
      if (context.json) context.stdout(`${JSON.stringify(built, null, 2)}\n`)
      else context.progress(`${built.out}: iPXE ${built.ipxeVersion}, chains ${built.chains}`)
    })

  registerMediaClean(media, context)
}
