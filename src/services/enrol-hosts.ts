import { Failure } from '../domain/failure.ts'
import type { Host } from '../domain/host.ts'
import { macAddressFromBytes } from '../domain/mac-address.ts'
import { isMachineName, type MachineSpec } from '../domain/machine.ts'
import { uuidFromRandomBytes } from '../domain/uuid.ts'
import type { Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'
import type { HostBook } from './host-book.ts'

/** What all hosts of one run have in common. */
export type HostTemplate = Omit<MachineSpec, 'name' | 'mac' | 'uuid'> & Pick<Host, 'boot'>

export interface EnrolDependencies {
  readonly book: HostBook
  readonly clock: Clock
  readonly random: Random
}

/**
 * The hosts of these names: known ones as they are, new ones with an address and a UUID of their own. Failure
 * `machine.exists-differently` when a known one was made otherwise than asked for now.
 */
export async function enrolHosts(
  wanted: { readonly names: readonly string[]; readonly template: HostTemplate; readonly driver: string },
  { book, clock, random }: EnrolDependencies,
): Promise<readonly Host[]> {
  const hosts: Host[] = []
  for (const name of wanted.names) {
    if (!isMachineName(name)) {
      throw new Failure(
        'usage.invalid',
        `${name} cannot be a host name: use lower-case letters, digits and hyphens, at most 63 (see --name)`,
      )
    }
    const known = book.state(name)?.host
    if (known) requireSame(known, wanted)
    hosts.push(known ?? (await enrol(name)))
  }
  return hosts

  async function enrol(name: string): Promise<Host> {
    const { boot, firmware, cpus, memoryMiB, diskGiB, network, probePorts } = wanted.template
    const mac = macAddressFromBytes(random.bytes(3))
    const uuid = uuidFromRandomBytes(random.bytes(16))
    const spec: MachineSpec = { name, mac, uuid, firmware, cpus, memoryMiB, diskGiB, network, probePorts }
    const host: Host = { name, spec, boot, driver: wanted.driver, createdAt: clock.now() }
    await book.add(host)
    await book.record(name, { type: 'machine.created', data: { driver: wanted.driver } })
    return host
  }
}

function requireSame(known: Host, { template }: { readonly template: HostTemplate }): void {
  const asked: Readonly<Record<string, unknown>> = {
    firmware: template.firmware,
    cpus: template.cpus,
    memory: template.memoryMiB,
    disk: template.diskGiB,
    network: JSON.stringify(template.network),
    boot: template.boot,
  }
  const { spec, boot } = known
  const had: Readonly<Record<string, unknown>> = {
    firmware: spec.firmware,
    cpus: spec.cpus,
    memory: spec.memoryMiB,
    disk: spec.diskGiB,
    network: JSON.stringify(spec.network),
    boot,
  }
  const different = Object.keys(asked).filter((key) => asked[key] !== had[key])
  if (different.length === 0) return
  const differences = different.map((key) => `${key} ${had[key]} (asked for ${asked[key]})`).join(', ')
  throw new Failure(
    'machine.exists-differently',
    `host ${known.name} exists with ${differences}; use the same options to go on with it, another --name, or ` +
      `edgeboot host delete ${known.name}`,
  )
}
