import { type Command, Option } from 'commander'
import type { ServeOptions } from '../../app/serve.ts'
import type { CommandContext } from '../command-context.ts'
import { addBootOptions, type BootOptionValues, pathsOf } from '../installer-options.ts'
import { withInterrupt } from '../with-interrupt.ts'

export function registerServeCommand(program: Command, context: CommandContext): void {
  addBootOptions(program.command('serve <iso>'))
    .summary('serve one ISO for machines you boot by hand, as the published guide does')
    .description(
      'Serves the artifacts straight out of the ISO, the boot script and the user-data under the classic names,\n' +
        'until stopped. Anyone who reaches the server can read the user-data, secrets included: for hosts that\n' +
        'get a configuration nobody else can read use edgeboot up.',
    )
    .addOption(new Option('--classic', 'always on here').hideHelp())
    .addHelpText(
      'after',
      `
Examples:
  $ edgeboot serve installer.iso --user-data user-data.yaml
  $ edgeboot serve installer.iso --user-data user-data.yaml --boot-port 9000 --advertise 192.0.2.10`,
    )
    .action(async (iso: string, values: BootOptionValues) => {
      const { serve } = await import('../../app/serve.ts')
      const paths = pathsOf(values)
      const options: ServeOptions = {
        isoPath: iso,
        ...(paths ? { paths } : {}),
        userDataPath: values.userData,
        kernelArgs: values.kernelArgs,
        ...(values.bootHost === undefined ? {} : { bootHost: values.bootHost }),
        ...(values.bootPort === undefined ? {} : { bootPort: values.bootPort }),
        ...(values.advertise === undefined ? {} : { advertise: values.advertise }),
        logLevel: context.logLevel === 'warn' ? 'info' : context.logLevel,
      }
      await withInterrupt((signal) =>
        serve(
          options,
          {
            note: context.progress,
            serving: (about) => {
              if (context.json) context.stdout(`${JSON.stringify(about, null, 2)}\n`)
              else {
                context.progress(`serving ${iso}; at the iPXE> prompt type:\n`)
                for (const url of about.urls) context.progress(`    dhcp && chain ${url}`)
                context.progress('\nCtrl+C stops.')
              }
            },
          },
          signal,
        ),
      )
    })
}
