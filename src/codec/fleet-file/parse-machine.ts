import { MAX_MACHINE_OPTIONS } from '../../domain/desired-fleet.ts'
import {
  FLEET_DRIVERS,
  type FleetHost,
  type FleetProfile,
  type MachineSettings,
  machineOf,
} from '../../domain/fleet/fleet.ts'
import { machineProblems } from '../../domain/machine-rules.ts'
import { type MapReader, optional } from './map-reader.ts'
import { parseVsphere } from './parse-vsphere.ts'
import { DISK, MEMORY, oneOf, PORT, TEXT, wholeNumber } from './rules.ts'

const MACHINE_KEYS = [
  'driver',
  'cpus',
  'memory',
  'disk',
  'network',
  'firmware',
  'boot',
  'probePorts',
  'vsphere',
]

/** The key `machine` of a profile or a host. */
export function parseMachine(parent: MapReader): MachineSettings {
  const reader = parent.map('machine', MACHINE_KEYS)
  if (!reader) return {}
  const ports = reader.list('probePorts', PORT)
  const driver = reader.value('driver', oneOf(FLEET_DRIVERS))
  const vsphere = parseVsphere(reader)
  if (vsphere && driver !== undefined && driver !== 'vsphere') refuseVsphere(reader, driver)
  return {
    ...optional('driver', driver),
    ...optional('cpus', reader.value('cpus', wholeNumber('a number of CPUs', 1, 1024))),
    ...optional('memoryMiB', reader.value('memory', MEMORY)),
    ...optional('diskGiB', reader.value('disk', DISK)),
    ...optional('network', reader.value('network', TEXT)),
    ...optional('firmware', reader.value('firmware', oneOf(['bios', 'uefi']))),
    ...optional('boot', reader.value('boot', oneOf(['media', 'typed', 'pxe']))),
    ...(reader.has('probePorts') ? { probePorts: ports } : {}),
    ...optional('vsphere', vsphere),
  }
}

/** What only holds of a machine with its profile: that its parts fit each other and its driver. */
export function checkMachine(
  host: MapReader,
  profile: Pick<FleetProfile, 'machine'>,
  given: Pick<FleetHost, 'machine'>,
): void {
  const machine = machineOf(profile, given)
  const { driver } = machine
  const reader = host.map('machine')
  const refuse = (key: string, message: string): void => {
    if (reader?.has(key)) reader.refuse(key, message)
    else host.refuse('', `machine.${key} ${message}`)
  }
  if (driver === undefined) {
    if (given.machine.vsphere ?? profile.machine.vsphere)
      refuse('vsphere', 'is there, but no driver: vsphere')
    return
  }
  if (driver !== 'vsphere' && given.machine.vsphere && reader && given.machine.driver === undefined)
    refuseVsphere(reader, driver)
  for (const { part, option, message } of machineProblems({ ...machine, driver })) {
    if (option === undefined) refuse(part, message)
    else refuse('vsphere', `has ${option}, which ${message}`)
  }
  if (Object.keys(machine.options).length > MAX_MACHINE_OPTIONS)
    refuse('vsphere', `has more than ${MAX_MACHINE_OPTIONS} options`)
}

function refuseVsphere(reader: MapReader, driver: string): void {
  reader.refuse('vsphere', `is for machines with driver: vsphere; this one has ${driver}`)
}
