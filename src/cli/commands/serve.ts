import { type Command, Option } from 'commander'
import type { ServeOptions } from '../../app/serve.ts'
import type { ServeFleetOptions } from '../../app/serve-fleet.ts'
import { Failure } from '../../domain/failure.ts'
import { addBootTlsOptions, addUnbootableOption, type BootTlsValues, bootTlsOf } from '../boot-tls-options.ts'
import type { CommandContext } from '../command-context.ts'
import { addServingOptions, type BootOptionValues, parsePort, pathsOf } from '../installer-options.ts'
import { addNetbootOptions, type NetbootValues, netbootOf } from '../netboot-options.ts'
import { addPacingOptions, type PacingValues, pacingOf } from '../pacing-options.ts'
import { addPaletteOptions, type PaletteValues, paletteOf } from '../palette-options.ts'
import { parsedOption } from '../settings.ts'
import { addVsphereOptions, type VsphereValues, vsphereOf } from '../vsphere-options.ts'
import { withInterrupt } from '../with-interrupt.ts'

interface ServeValues
  extends Omit<BootOptionValues, 'userData'>,
    PacingValues,
    PaletteValues,
    VsphereValues,
    NetbootValues,
    BootTlsValues {
  readonly userData?: string
  readonly controlHost: string
  readonly controlPort: number
  readonly controlName: readonly string[]
  readonly tls?: boolean
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly ipxe?: string
  readonly runAs?: string
  readonly syslogPort?: number
}

export function defineServe(command: Command, context: CommandContext): void {
  addNetbootOptions(
    addVsphereOptions(
      addPaletteOptions(
        addControlOptions(
          addUnbootableOption(addBootTlsOptions(addPacingOptions(addServingOptions(command)))),
        ),
      ),
    ),
  )
    .description(
      'Without an ISO: serves the fleet of the data directory, drives its hosts and answers the control API, until\n' +
        'stopped. edgeboot apply says what the fleet is to be; machines are left as they are when this ends.\n\n' +
        'With an ISO and --user-data: serves just these under the classic names, as the published guide does. Anyone\n' +
        'who reaches the server can then read the user-data, secrets included.',
    )
    .option('--user-data <file>', 'cloud-config for machines booted by hand; only together with an ISO')
    .addOption(new Option('--classic', 'always on with an ISO').hideHelp())
    .addHelpText(
      'after',
      `
Examples:
  $ edgeboot serve
  $ edgeboot serve --vsphere-url vcenter.example.com --vsphere-user edgeboot --vsphere-password-file vcenter.password
  $ edgeboot serve --advertise 192.0.2.10 --control-host 0.0.0.0 --control-name boot.example.com --tls
  $ edgeboot serve --bandwidth 900Mbit              a link of 1 Gbit/s, of which others need some
  $ edgeboot serve --dhcp proxy                     also answers PXE and UEFI HTTP boot, beside the site's DHCP server
  $ edgeboot serve --dhcp authoritative --dhcp-interface eth1 --dhcp-range 192.0.2.100-192.0.2.200
  $ edgeboot serve installer.iso --user-data user-data.yaml
  $ edgeboot serve installer.iso --user-data user-data.yaml --boot-port 9000 --advertise 192.0.2.10`,
    )
    .action(async (iso: string | undefined, values: ServeValues) => {
      if (iso !== undefined) return await serveOneIso(iso, values, context)
      if (values.userData !== undefined) {
        throw new Failure(
          'usage.invalid',
          '--user-data goes with an ISO: edgeboot serve ISO --user-data FILE',
        )
      }
      await serveTheFleet(values, context)
    })
}

function addControlOptions(command: Command): Command {
  return command
    .option('--control-host <address>', 'address the control API listens on', '127.0.0.1')
    .addOption(
      parsedOption('--control-port <port>', 'port the control API listens on', parsePort).default(8081),
    )
    .option(
      '--control-name <name...>',
      'names and addresses under which the control API is reached from elsewhere',
      [],
    )
    .option('--tls', 'encrypt the control API with a certificate of an authority made for it')
    .option('--tls-cert <file>', 'certificate for the control API (PEM)')
    .option('--tls-key <file>', 'its key (PEM)')
    .option('--ipxe <dir>', 'folder with the stock iPXE to use')
    .option(
      '--run-as <user>',
      'started as root: account to go on as once all ports are open (default: the owner of the data directory)',
    )
    .addOption(
      parsedOption(
        '--syslog-port <port>',
        'UDP port that takes what iPXE and kernels of hosts of the fleet say: 514 is where iPXE sends to (default: off)',
        parseSyslogPort,
      ),
    )
}

async function serveTheFleet(values: ServeValues, context: CommandContext): Promise<void> {
  const { serveFleet } = await import('../../app/serve-fleet.ts')
  const options: ServeFleetOptions = {
    dataDirectory: context.dataDir(),
    ...(values.bootHost === undefined ? {} : { bootHost: values.bootHost }),
    ...(values.bootPort === undefined ? {} : { bootPort: values.bootPort }),
    ...(values.advertise === undefined ? {} : { advertise: values.advertise }),
    pacing: pacingOf(values),
    bootTls: bootTlsOf(values),
    unbootable: values.unbootable,
    controlHost: values.controlHost,
    controlPort: values.controlPort,
    controlNames: values.controlName,
    tls: tlsOf(values),
    ...(values.ipxe === undefined ? {} : { ipxeDirectory: values.ipxe }),
    ...(values.syslogPort === undefined ? {} : { syslogPort: values.syslogPort }),
    palette: paletteOf(values),
    vsphere: vsphereOf(values, context),
    netboot: netbootOf(values),
    ...(values.runAs === undefined ? {} : { runAs: values.runAs }),
    logLevel: context.logLevel === 'warn' ? 'info' : context.logLevel,
  }
  const observer: Parameters<typeof serveFleet>[1] = {
    note: context.progress,
    serving: (about) => {
      const { firstToken, ...rest } = about
      if (context.json) return context.stdout(`${JSON.stringify({ ...rest, firstToken }, null, 2)}\n`)
      context.progress(`boot server on ${about.boot}; machines chain ${about.bootScriptUrl}`)
      if (about.bootTls) context.progress(`HTTPS for hosts on ${about.bootTls}`)
      context.progress(
        `control API on ${about.control}${about.isLoopbackOnly ? ', for this machine only (--control-host changes that)' : ''}`,
      )
      if (firstToken) context.progress(`first access token (admin), shown only now: ${firstToken}`)
      context.progress('edgeboot apply -f FLEET says what to do. Ctrl+C stops; machines stay as they are.')
    },
  }
  await withInterrupt((signal) => serveFleet(options, observer, signal))
}

/** A port, or `undefined` for `off`. Failure `usage.invalid`. */
function parseSyslogPort(text: string): number | undefined {
  if (text.trim().toLowerCase() === 'off') return undefined
  if (/^\d+$/.test(text.trim())) return parsePort(text)
  throw new Failure('usage.invalid', `--syslog-port ${text}: expected a port, for example 514, or off`)
}

function tlsOf({ tls, tlsCert, tlsKey }: ServeValues): ServeFleetOptions['tls'] {
  if (tlsCert !== undefined && tlsKey !== undefined) return { certificatePath: tlsCert, keyPath: tlsKey }
  if (tlsCert === undefined && tlsKey === undefined) return tls ? 'generated' : 'off'
  throw new Failure('usage.invalid', '--tls-cert and --tls-key go together: give both or none')
}

async function serveOneIso(iso: string, values: ServeValues, context: CommandContext): Promise<void> {
  const { serve } = await import('../../app/serve.ts')
  if (bootTlsOf(values)) {
    throw new Failure('usage.invalid', '--boot-tls goes with a fleet: edgeboot serve, without an ISO')
  }
  if (values.userData === undefined) {
    throw new Failure(
      'usage.invalid',
      'with an ISO, --user-data FILE is needed: what the hosts get as configuration',
    )
  }
  const paths = pathsOf(values)
  const options: ServeOptions = {
    isoPath: iso,
    ...(paths ? { paths } : {}),
    userDataPath: values.userData,
    kernelArgs: values.kernelArgs,
    ...(values.bootHost === undefined ? {} : { bootHost: values.bootHost }),
    ...(values.bootPort === undefined ? {} : { bootPort: values.bootPort }),
    ...(values.advertise === undefined ? {} : { advertise: values.advertise }),
    pacing: pacingOf(values),
    logLevel: context.logLevel === 'warn' ? 'info' : context.logLevel,
  }
  const observer: Parameters<typeof serve>[1] = {
    note: context.progress,
    serving: (about) => {
      if (context.json) return context.stdout(`${JSON.stringify(about, null, 2)}\n`)
      context.progress(`serving ${iso}; at the iPXE> prompt type:\n`)
      for (const url of about.urls) context.progress(`    dhcp && chain ${url}`)
      context.progress('\nCtrl+C stops.')
    },
  }
  await withInterrupt((signal) => serve(options, observer, signal))
}
