import { type Command, Option } from 'commander'
import { type Finding, worstOf } from '../../domain/doctor/finding.ts'
import { Failure } from '../../domain/failure.ts'
import { parseSizeMiB } from '../../domain/size.ts'
import { addBootTlsOptions, type BootTlsValues, bootTlsOf } from '../boot-tls-options.ts'
import type { CommandContext } from '../command-context.ts'
import { type BootOptionValues, parseCount, parsePort, pathsOf } from '../installer-options.ts'
import { formatFindings } from '../output/findings.ts'
import { withPatience } from '../output/patience.ts'
import { addPaletteOptions, type PaletteValues, paletteOf } from '../palette-options.ts'
import { addServerOptions, connect, type ServerValues } from '../server-options.ts'
import { parsedOption } from '../settings.ts'
import {
  addVspherePlaceOptions,
  type VspherePlaceValues,
  vsphereMachineOptionsOf,
} from '../vsphere-machine-options.ts'
import { addVsphereOptions, type VsphereValues, vsphereOf } from '../vsphere-options.ts'
import { withInterrupt } from '../with-interrupt.ts'

interface DoctorValues
  extends BootTlsValues,
    VsphereValues,
    VspherePlaceValues,
    PaletteValues,
    Pick<BootOptionValues, 'kernel' | 'initrd' | 'rootfs'> {
  readonly driver?: 'qemu' | 'vsphere'
  readonly network?: string
  readonly count: number
  /** MiB. */
  readonly disk: number
  /** MiB. */
  readonly memory?: number
  readonly iso?: string
  readonly dhcpInterface: readonly string[]
  readonly dhcpProbe: boolean
  readonly advertise?: string
  readonly bootHost?: string
  readonly bootPort?: number
  readonly ipxe?: string
}

export function defineDoctor(command: Command, context: CommandContext): void {
  command
    .description(
      'Looks whether this computer, and with --driver vsphere a vCenter or ESXi, can do the work. Changes nothing. Asks\n' +
        'once on each network who answers DHCP and PXE there, as firmware does, and takes no address (needs root).',
    )
    .addOption(new Option('--driver <driver>', 'where the machines shall run').choices(['qemu', 'vsphere']))
    .addOption(parsedOption('--count <n>', 'how many hosts', parseCount('--count', 1000)).default(1))
    .addOption(
      parsedOption('--disk <size>', 'disk of each machine, thin', (text) =>
        parseSizeMiB(text, '--disk'),
      ).default(300 * 1024, '300GiB'),
    )
    .addOption(
      parsedOption('--memory <size>', 'memory of each machine (default: 32GiB, with --driver qemu)', (text) =>
        parseSizeMiB(text, '--memory'),
      ),
    )
    .option('--iso <file>', 'an ISO to look into, besides the installers of the data directory')
    .option('--kernel <path>', 'path of the kernel inside that ISO, for unknown families')
    .option('--initrd <path>', 'path of the initrd inside it')
    .option('--rootfs <path>', 'path of the squashfs inside it')
    .option('--network <network>', 'vsphere: network or port group, by name or path (default: GOVC_NETWORK)')
    .option('--boot-host <address>', 'address the boot server listens on')
    .addOption(parsedOption('--boot-port <port>', 'port the boot server listens on', parsePort))
    .option('--advertise <host>', 'address under which the hosts reach the boot server')
    .option('--ipxe <dir>', 'folder with the stock iPXE to use')
    .option(
      '--dhcp-interface <name...>',
      'network interfaces to ask on (default: all but loopback and containers)',
      [],
    )
    .option('--no-dhcp-probe', 'do not ask who answers DHCP and PXE on the networks of this computer')
  addPaletteOptions(addVspherePlaceOptions(addVsphereOptions(addBootTlsOptions(command))))
    .addHelpText(
      'after',
      `
Examples:
  $ sudo edgeboot doctor
  $ edgeboot doctor --driver qemu --count 20 --memory 8GiB --iso installer.iso
  $ edgeboot doctor --driver vsphere --vsphere-url vcenter.example --cluster C1 --count 20
  $ edgeboot doctor --boot-tls-cert boot.crt --boot-tls-key boot.key   which clients work with it
  $ edgeboot doctor vsphere-role                            privileges of the role that is enough
Exit codes: 0 all is good, or good enough; 1 something is missing; 2 the usage is wrong.`,
    )
    .action((values: DoctorValues) => examine(context, values))

  addServerOptions(command.command('server'))
    .summary('what a running server finds of itself')
    .description(
      'Asks a server to look at itself as it runs: its ports, fleet, ISOs, drivers and Palette. Takes a minute at most.',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ edgeboot doctor server
  $ edgeboot doctor server --server https://boot.example.com:8081 --token-file operator.token`,
    )
    .action((values: ServerValues) => askServer(context, values))

  command
    .command('vsphere-role')
    .description('Prints the least role for vSphere: its privileges, and the command of govc that makes it.')
    .addHelpText('after', '\nExample:\n  $ edgeboot doctor vsphere-role')
    .action(() => tellRole(context))
}

async function askServer(context: CommandContext, values: ServerValues): Promise<void> {
  const control = await connect(context, values)
  const report = await withPatience(
    context.progress,
    () => 'the server looks at itself',
    () => control.doctor(),
  )
  tell(context, report)
}

async function tellRole(context: CommandContext): Promise<void> {
  const { vsphereRole } = await import('../../app/doctor.ts')
  const role = vsphereRole()
  if (context.json) context.stdout(`${JSON.stringify(role, null, 2)}\n`)
  else context.stdout(`${role.privileges.join('\n')}\n\n${role.command}\n`)
}

async function examine(context: CommandContext, values: DoctorValues): Promise<void> {
  const { driver, network, count, disk, advertise, bootHost, bootPort, ipxe, iso } = values
  if (disk % 1024 !== 0) throw new Failure('usage.invalid', '--disk: expected whole GiB')
  const { doctor } = await import('../../app/doctor.ts')
  const options = {
    ...{ driver, count, advertise, bootHost, bootPort },
    bootTls: bootTlsOf(values),
    vsphere: vsphereOf(values, context),
    places: { ...vsphereMachineOptionsOf(values), ...(network === undefined ? {} : { network }) },
    diskGiB: disk / 1024,
    memoryMiB: values.memory,
    iso: iso === undefined ? undefined : { path: iso, paths: pathsOf(values) },
    asksForDhcp: values.dhcpProbe,
    dhcpInterfaces: values.dhcpInterface,
    palette: paletteOf(values),
    ipxeDirectory: ipxe,
    dataDirectory: context.dataDir(),
    logLevel: context.logLevel,
  }
  const findings: Finding[] = []
  let title = 'this computer'
  const begin = (next: string): void => {
    title = next
  }
  await withPatience(
    context.progress,
    () => `looking at ${title}`,
    () =>
      withInterrupt(async (signal) => {
        for await (const finding of doctor(options, { begin }, signal)) findings.push(finding)
      }),
  )
  tell(context, { verdict: worstOf(findings), findings })
}

function tell(
  context: CommandContext,
  report: { readonly verdict: Finding['verdict']; readonly findings: readonly Finding[] },
): void {
  if (context.json) context.stdout(`${JSON.stringify(report, null, 2)}\n`)
  else context.stdout(formatFindings(report.findings))
  if (report.verdict === 'bad') process.exitCode = 1
}
