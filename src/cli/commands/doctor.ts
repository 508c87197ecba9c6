import { type Command, Option } from 'commander'
import type { Finding } from '../../app/doctor.ts'
import { Failure } from '../../domain/failure.ts'
import { parseSizeMiB } from '../../domain/size.ts'
import { addBootTlsOptions, type BootTlsValues, bootTlsOf } from '../boot-tls-options.ts'
import type { CommandContext } from '../command-context.ts'
import { parseCount, parsePort } from '../installer-options.ts'
import { formatFindings, worstOf } from '../output/findings.ts'
import { parsedOption } from '../settings.ts'
import {
  addVspherePlaceOptions,
  type VspherePlaceValues,
  vsphereMachineOptionsOf,
} from '../vsphere-machine-options.ts'
import { addVsphereOptions, type VsphereValues, vsphereOf } from '../vsphere-options.ts'
import { withInterrupt } from '../with-interrupt.ts'

interface DoctorValues extends BootTlsValues, VsphereValues, VspherePlaceValues {
  readonly driver?: 'qemu' | 'vsphere'
  readonly network?: string
  readonly count: number
  /** MiB. */
  readonly disk: number
  readonly advertise?: string
  readonly bootHost?: string
  readonly bootPort?: number
  readonly ipxe?: string
}

export function registerDoctorCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('doctor')
    .summary('is everything here that it takes')
    .description(
      'Looks whether this computer, and with --driver vsphere a vCenter or ESXi, can do the work. Changes nothing.',
    )
    .addOption(new Option('--driver <driver>', 'where the machines shall run').choices(['qemu', 'vsphere']))
    .addOption(parsedOption('--count <n>', 'how many hosts', parseCount('--count', 1000)).default(1))
    .addOption(
      parsedOption('--disk <size>', 'disk of each machine, thin', (text) =>
        parseSizeMiB(text, '--disk'),
      ).default(300 * 1024, '300GiB'),
    )
    .option('--network <network>', 'vsphere: network or port group, by name or path (default: GOVC_NETWORK)')
    .option('--boot-host <address>', 'address the boot server listens on')
    .addOption(parsedOption('--boot-port <port>', 'port the boot server listens on', parsePort))
    .option('--advertise <host>', 'address under which the hosts reach the boot server')
    .option('--ipxe <dir>', 'folder with the stock iPXE to use')
  addVspherePlaceOptions(addVsphereOptions(addBootTlsOptions(command)))
    .addHelpText(
      'after',
      `
Examples:
  $ edgeboot doctor
  $ edgeboot doctor --driver vsphere --vsphere-url vcenter.example --cluster C1 --count 20
  $ edgeboot doctor --boot-tls-cert boot.crt --boot-tls-key boot.key   which clients work with it
  $ edgeboot doctor vsphere-role                            privileges of the role that is enough
Exit codes: 0 all is good, or good enough; 1 something is missing; 2 the usage is wrong.`,
    )
    .action((values: DoctorValues) => examine(context, values))

  command
    .command('vsphere-role')
    .description('Prints the least role for vSphere: its privileges, and the command of govc that makes it.')
    .addHelpText('after', '\nExample:\n  $ edgeboot doctor vsphere-role')
    .action(() => tellRole(context))
}

async function tellRole(context: CommandContext): Promise<void> {
  const { vsphereRole } = await import('../../app/doctor.ts')
  const role = vsphereRole()
  if (context.json) context.stdout(`${JSON.stringify(role, null, 2)}\n`)
  else context.stdout(`${role.privileges.join('\n')}\n\n${role.command}\n`)
}

async function examine(context: CommandContext, values: DoctorValues): Promise<void> {
  const { driver, network, count, disk, advertise, bootHost, bootPort, ipxe } = values
  if (disk % 1024 !== 0) throw new Failure('usage.invalid', '--disk: expected whole GiB')
  const { doctor } = await import('../../app/doctor.ts')
  const options = {
    ...{ driver, count, advertise, bootHost, bootPort },
    bootTls: bootTlsOf(values),
    vsphere: vsphereOf(values, context),
    places: { ...vsphereMachineOptionsOf(values), ...(network === undefined ? {} : { network }) },
    diskGiB: disk / 1024,
    ipxeDirectory: ipxe,
    dataDirectory: context.dataDir(),
    logLevel: context.logLevel,
  }
  const findings: Finding[] = []
  await withInterrupt(async (signal) => {
    for await (const finding of doctor(options, signal)) findings.push(finding)
  })
  const verdict = worstOf(findings)
  if (context.json) context.stdout(`${JSON.stringify({ verdict, findings }, null, 2)}\n`)
  else context.stdout(formatFindings(findings))
  if (verdict === 'bad') process.exitCode = 1
}
