import type { Host } from '../../src/domain/host.ts'
import type { MacAddress } from '../../src/domain/mac-address.ts'
import type { MachineSpec } from '../../src/domain/machine.ts'
import type { Uuid } from '../../src/domain/uuid.ts'

/** A machine spec; state only what matters. */
export function aSpec(given: Partial<MachineSpec> = {}): MachineSpec {
  return {
    name: 'edge-1',
    mac: '52:54:00:00:00:01' as MacAddress,
    uuid: '00000000-0000-4000-8000-000000000001' as Uuid,
    firmware: 'bios',
    cpus: 2,
    memoryMiB: 2048,
    diskGiB: 20,
    network: { kind: 'user' },
    probePorts: [5080],
    ...given,
  }
}

/** A host; state only what matters. */
export function aHost(given: Partial<Omit<Host, 'spec'>> & { spec?: Partial<MachineSpec> } = {}): Host {
  const name = given.name ?? 'edge-1'
  return {
    boot: 'media',
    driver: 'qemu',
    createdAt: 1000,
    ...given,
    name,
    spec: aSpec({ name, ...given.spec }),
  }
}
