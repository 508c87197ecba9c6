import type { DesiredHost, DesiredMachine } from '../domain/desired-fleet.ts'
import { Failure } from '../domain/failure.ts'
import type { Host } from '../domain/host.ts'
import { macAddressFromBytes, parseMacAddress } from '../domain/mac-address.ts'
import { type MachineSpec, machineNetwork } from '../domain/machine.ts'
import { shownOptions } from '../domain/machine-rules.ts'
import { portsOfProbe } from '../domain/ready-probe.ts'
import { parseUuid, uuidFromRandomBytes } from '../domain/uuid.ts'
import type { Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'
import type { HostBook } from './host-book.ts'

export interface EnrolDependencies {
  readonly book: HostBook
  readonly clock: Clock
  readonly random: Random
}

/** New hosts for wishes; machines of ours get an address and a UUID of their own unless the wish names them. */
export async function enrolHosts(
  wishes: readonly DesiredHost[],
  localUiPort: (host: string) => number,
  { book, clock, random }: EnrolDependencies,
): Promise<void> {
  const createdAt = clock.now()
  await book.add(
    ...wishes.map((wish): Host => {
      const { name, machine } = wish
      const spec = machine && {
        ...machineOf(wish, machine, localUiPort(name)),
        ...identityOf(wish, random),
      }
      const boot = machine?.boot ?? 'media'
      return { name, ...(spec ? { spec } : {}), boot, driver: machine?.driver ?? 'none', createdAt }
    }),
  )
  for (const { name, machine } of wishes)
    if (machine) await book.record(name, { type: 'machine.created', data: { driver: machine.driver } })
}

function identityOf({ match }: DesiredHost, random: Random) {
  return {
    mac: parseMacAddress(match.mac ?? '') ?? macAddressFromBytes(random.bytes(3)),
    uuid: parseUuid(match.uuid ?? '') ?? uuidFromRandomBytes(random.bytes(16)),
  }
}

/** What a known host's machine was made with and what is asked for now, where that differs; in words. */
export function differencesOf(known: Host, wish: DesiredHost, localUiPort: number): readonly string[] {
  const { machine } = wish
  if (!known.spec || !machine) {
    return (known.spec === undefined) === (machine === undefined) ? [] : ['whether it has a machine of ours']
  }
  const had = describe(known.spec, known.boot, known.driver)
  const asked = describe(machineOf(wish, machine, localUiPort), machine.boot ?? 'media', machine.driver)
  const others = optionDifferences(
    { driver: known.driver, options: known.spec.options ?? {} },
    { driver: machine.driver, options: machine.options },
  )
  return [
    ...Object.keys(asked)
      .filter((key) => asked[key] !== had[key])
      .map((key) => `${key} ${had[key]} (asked for ${asked[key]})`),
    ...others,
  ]
}

/** Failure `machine.exists-differently` when a known host was made otherwise than asked for now. */
export function requireSameMachine(known: Host, wish: DesiredHost, localUiPort: number): void {
  const different = differencesOf(known, wish, localUiPort)
  if (different.length === 0) return
  throw new Failure(
    'machine.exists-differently',
    `host ${known.name} exists with ${different.join(', ')}; use the same options to go on with it, another --name, or ` +
      `edgeboot host delete ${known.name}`,
  )
}

/** Compared as they are, told as they may be shown. */
function optionDifferences(
  had: Pick<DesiredMachine, 'driver' | 'options'>,
  asked: Pick<DesiredMachine, 'driver' | 'options'>,
): readonly string[] {
  const before = shownOptions(had)
  const next = shownOptions(asked)
  return [...new Set([...Object.keys(had.options), ...Object.keys(asked.options)])]
    .filter((name) => had.options[name] !== asked.options[name])
    .sort()
    .map((name) => `${name} ${before[name] ?? 'as set up'} (asked for ${next[name] ?? 'as set up'})`)
}

/** All of a machine but its addresses. */
export type MachineShape = Omit<MachineSpec, 'mac' | 'uuid'>

/** What is asked of the machine of a wish, defaults filled in. */
export function machineOf(
  { name, ready, match }: DesiredHost,
  machine: DesiredMachine,
  localUiPort: number,
): MachineShape {
  return {
    name,
    firmware: machine.firmware ?? 'bios',
    cpus: machine.cpus ?? 8,
    memoryMiB: machine.memoryMiB ?? 32 * 1024,
    diskGiB: machine.diskGiB ?? 300,
    network: machineNetwork(machine.driver, machine.network),
    probePorts: [...new Set([...portsOfProbe(ready, localUiPort), ...(machine.probePorts ?? [])])],
    // Hypervisors with an inventory of their own keep their addresses from colliding.
    ...(machine.driver !== 'qemu' && match.mac === undefined ? { assignsMac: true } : {}),
    ...(Object.keys(machine.options).length > 0 ? { options: machine.options } : {}),
  }
}

function describe(
  { firmware, cpus, memoryMiB, diskGiB, network }: MachineShape,
  boot: string,
  driver: string,
): Readonly<Record<string, string>> {
  return {
    driver,
    firmware,
    cpus: String(cpus),
    memory: `${memoryMiB}MiB`,
    disk: `${diskGiB}GiB`,
    network: JSON.stringify(network),
    boot,
  }
}
