import type { NeededPort } from '../../domain/doctor/firewall.ts'
import type { Clock } from '../../ports/clock.ts'
import { DEFAULT_BOOT_PORT, DEFAULT_BOOT_TLS_PORT } from '../base-url.ts'
import { type DhcpExamination, examineDhcp } from './examine-dhcp.ts'
import { examineInstallers } from './examine-installers.ts'
import { examineMachine, type MachineExamination } from './examine-machine.ts'
import { examinePalette, type GivenPalette } from './examine-palette.ts'
import { examineFirewall, examineReach } from './examine-reach.ts'
import { examineClock, examineResources } from './examine-resources.ts'
import type { Plans } from './plans.ts'
import type { Step } from './steps.ts'

/** Everything that decides what is looked at on this computer, and against what. */
export interface Examination extends MachineExamination, DhcpExamination {
  readonly advertise?: string | undefined
  readonly plans: Plans
  /** Ports that hosts come to, besides that of the boot server. */
  readonly ports: readonly NeededPort[]
  readonly palette: GivenPalette
  readonly clock: Clock
}

/** The parts of it, in the order in which a person would look. */
export function stepsOf(options: Examination): readonly Step[] {
  const { held, plans, palette, clock, bootTls, bootPort = DEFAULT_BOOT_PORT } = options
  const tcp = [bootPort, ...(bootTls ? [bootTls.port ?? DEFAULT_BOOT_TLS_PORT] : [])]
  const ports: readonly NeededPort[] = [
    // Any free one, so nobody knows yet which.
    ...tcp.filter((port) => port !== 0).map((port) => ({ protocol: 'tcp' as const, port })),
    ...options.ports,
  ]
  const { machines, mayRun, hosts, installers } = plans
  return [
    { title: 'this computer', examine: (signal) => examineMachine(options, signal) },
    { title: 'the clock', examine: (signal) => examineClock(options, signal) },
    {
      title: 'room and memory',
      examine: () => examineResources({ ...options, machines, mayRun, hosts }),
    },
    {
      title: 'the address for hosts',
      examine: (signal) => examineReach({ ...options, ports, isServed: held.isServed }, signal),
    },
    { title: 'the firewall', examine: (signal) => examineFirewall({ ports }, signal) },
    { title: 'other DHCP and PXE servers', examine: (signal) => examineDhcp(options, signal) },
    { title: 'installer ISOs', examine: (signal) => examineInstallers(installers, signal) },
    { title: 'Palette', examine: (signal) => examinePalette(palette, clock, signal) },
  ]
}
