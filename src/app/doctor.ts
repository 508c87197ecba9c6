import { createSystemClock } from '../adapters/clock-system/system-clock.ts'
import { reachableAddresses } from '../adapters/host-network/interface-address.ts'
import { createVimClient } from '../adapters/hypervisor-vsphere/client/open-vim-client.ts'
import { createVsphereExaminer } from '../adapters/hypervisor-vsphere/doctor/examine-vsphere.ts'
import { NEEDED_PRIVILEGES } from '../adapters/hypervisor-vsphere/doctor/privileges.ts'
import { createInventory } from '../adapters/hypervisor-vsphere/inventory/inventory.ts'
import { readVsphereSettings } from '../adapters/hypervisor-vsphere/settings/read-vsphere-settings.ts'
import { createPinoLog } from '../adapters/log-pino/pino-log.ts'
import { Failure } from '../domain/failure.ts'
import { requireVsphereOptions } from '../domain/vsphere-options.ts'
import type { Finding } from '../ports/driver-examiner.ts'
import { examineMachine, type MachineExamination } from './examine-machine.ts'
import type { VsphereFlags } from './vsphere-flags.ts'

export type { Finding } from '../ports/driver-examiner.ts'

export interface DoctorOptions extends Omit<MachineExamination, 'needsQemu' | 'log'> {
  /** Which driver is to be looked at besides this computer. */
  readonly driver?: 'qemu' | 'vsphere' | undefined
  readonly vsphere: VsphereFlags
  /** Where machines go, by the names of domain/vsphere-options.ts, and `network`. */
  readonly places: Readonly<Record<string, string>>
  readonly count: number
  readonly diskGiB: number
  readonly advertise?: string | undefined
  readonly logLevel: string
}

/** Looks at everything, one finding after the other. Failure `usage.invalid` before the first. */
export async function* doctor(options: DoctorOptions, signal: AbortSignal): AsyncIterable<Finding> {
  const log = createPinoLog({ level: options.logLevel, destination: 'stderr' })
  const { network: _, ...places } = options.places
  requireVsphereOptions(places)
  const settings =
    options.driver === 'vsphere' ? await readVsphereSettings(process.env, options.vsphere) : undefined
  if (options.driver === 'vsphere' && !settings)
    throw new Failure('usage.invalid', 'which vCenter or ESXi? Give --vsphere-url or set GOVC_URL')
  yield* examineMachine({ ...options, log, needsQemu: options.driver === 'qemu' }, signal)
  if (!settings) return
  const clock = createSystemClock()
  await using client = createVimClient(settings, { clock, log })
  const inventory = createInventory(client, clock)
  const ownAddress = reachableAddresses()[0]
  yield* createVsphereExaminer({ client, inventory, settings, clock }).examine(
    { ...options, ownAddress },
    signal,
  )
}

/** The least role that does the work on vSphere. */
export interface VsphereRole {
  /** Ids of the API, in their order. */
  readonly privileges: readonly string[]
  /** Makes it with govc. */
  readonly command: string
}

export function vsphereRole(): VsphereRole {
  const privileges = NEEDED_PRIVILEGES.map(({ id }) => id).toSorted()
  // Every role has these three; the server refuses to be told.
  const chosen = privileges.filter((id) => !id.startsWith('System.'))
  return { privileges, command: `govc role.create edgeboot ${chosen.join(' ')}` }
}
