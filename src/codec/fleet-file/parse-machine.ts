import { FLEET_DRIVERS, type MachineSettings } from '../../domain/fleet/fleet.ts'
import { type MapReader, optional } from './map-reader.ts'
import { DISK, MEMORY, oneOf, PORT, TEXT, wholeNumber } from './rules.ts'

const MACHINE_KEYS = ['driver', 'cpus', 'memory', 'disk', 'network', 'firmware', 'boot', 'probePorts']

/** The key `machine` of a profile or a host. */
export function parseMachine(parent: MapReader): MachineSettings {
  const reader = parent.map('machine', MACHINE_KEYS)
  if (!reader) return {}
  const ports = reader.list('probePorts', PORT)
  return {
    ...optional('driver', reader.value('driver', oneOf(FLEET_DRIVERS))),
    ...optional('cpus', reader.value('cpus', wholeNumber('a number of CPUs', 1, 1024))),
    ...optional('memoryMiB', reader.value('memory', MEMORY)),
    ...optional('diskGiB', reader.value('disk', DISK)),
    ...optional('network', reader.value('network', TEXT)),
    ...optional('firmware', reader.value('firmware', oneOf(['bios', 'uefi']))),
    ...optional('boot', reader.value('boot', oneOf(['media', 'typed', 'pxe']))),
    ...(reader.has('probePorts') ? { probePorts: ports } : {}),
  }
}
