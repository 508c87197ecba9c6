import { type Command, Option } from 'commander'
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
  readonly address?: string
  readonly gateway?: string
  readonly dns?: readonly string[]
  readonly vlan?: string
  readonly syslog?: string
  readonly mac?: string
}

export function defineMedia(media: Command, context: CommandContext): void {
  media.addHelpText(
    'after',
    '\nExample:\n  $ edgeboot media build --server-url http://192.0.2.10:8080 --out edgeboot.iso',
  )

  media
    .command('build')
    .description(
      'Builds one self-chaining image for drives, virtual media and USB sticks (BIOS, UEFI x86-64 and arm64) from a stock iPXE.',
    )
    .requiredOption(
      '--server-url <url>',
      'http:// or https://HOST:PORT of the boot server, as the machines reach it',
    )
    .requiredOption('--out <file>', 'where to write the image')
    .option('--ipxe <dir>', 'folder with the stock iPXE to use')
    .addOption(
      choice('--firmware <kind>', 'firmware it has to work on; uefi works on both', ['bios', 'uefi'], 'uefi'),
    )
    .option('--address <address/prefix>', 'static address instead of DHCP, for the stick of one host')
    .option('--gateway <address>', 'router, with --address')
    .addOption(
      new Option('--dns <address>', 'name server, with --address; may be given three times').argParser(
        (text: string, before: readonly string[] = []) => [...before, ...text.split(',')],
      ),
    )
    .option('--vlan <tag>', 'VLAN in which the server is reached, 1 to 4094')
    .option('--mac <address>', 'the only network card to try')
    .option('--syslog <address>', 'server that gets what iPXE says (UEFI builds only)')
    .addHelpText(
      'after',
      '\nExamples:\n  $ edgeboot media build --server-url http://192.0.2.10:8080 --out edgeboot.iso' +
        '\n  $ edgeboot media build --server-url http://192.0.2.10:8080 --out edge-1.iso \\' +
        '\n      --address 192.0.2.20/24 --gateway 192.0.2.1 --dns 192.0.2.53 --vlan 42',
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
            network: values,
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
