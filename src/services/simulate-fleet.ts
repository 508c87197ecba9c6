import { type MacAddress, parseMacAddress } from '../domain/mac-address.ts'
import { type SimulatedBoot, type Simulation, summarizeSimulation } from '../domain/simulation/simulation.ts'
import { uuidFromRandomBytes } from '../domain/uuid.ts'
import type { Random } from '../ports/random.ts'
import { type SimulatedMachine, type SimulateOptions, simulateBoot } from './simulate-boot.ts'

export interface SimulateFleetOptions extends SimulateOptions {
  readonly hosts: number
  /** The hosts begin one after the other within so many milliseconds. */
  readonly withinMs: number
  /** Share of the hosts whose connection breaks once, 0 to 1. */
  readonly breakShare: number
  /** MAC address of the first; those of the others follow it. */
  readonly firstMac: MacAddress
  readonly random: Random
  /** Told after each host how many are through. */
  readonly progressed: (through: number, last: SimulatedBoot) => void
}

/** Many machines on their way at once. Rejects with the signal's reason only. */
export async function simulateFleet(options: SimulateFleetOptions, signal: AbortSignal): Promise<Simulation> {
  const { hosts, withinMs, clock, progressed } = options
  const begun = clock.now()
  let through = 0
  const boots = await Promise.all(
    machinesOf(options).map(async (machine, index) => {
      const delayMs = (withinMs * index) / hosts
      if (delayMs > 0) await clock.sleep(delayMs, signal)
      const boot = await simulateBoot(machine, options, signal)
      through += 1
      progressed(through, boot)
      return boot
    }),
  )
  return summarizeSimulation(boots, clock.now() - begun)
}

function machinesOf({
  hosts,
  breakShare,
  firstMac,
  random,
}: Pick<SimulateFleetOptions, 'hosts' | 'breakShare' | 'firstMac' | 'random'>): readonly SimulatedMachine[] {
  return Array.from({ length: hosts }, (_, index) => ({
    mac: macAfter(firstMac, index),
    uuid: uuidFromRandomBytes(random.bytes(16)),
    // Spread evenly, so that every part of the run has its share.
    breaksOff: Math.floor((index + 1) * breakShare) > Math.floor(index * breakShare),
  }))
}

/** The address so many after that one; the last 24 bits are counted, and begin anew after the highest. */
export function macAfter(first: MacAddress, count: number): MacAddress {
  const pairs = first.split(':')
  const tail = (Number.parseInt(pairs.slice(3).join(''), 16) + count) % 2 ** 24
  const hex = tail.toString(16).padStart(6, '0').match(/../g) ?? []
  return parseMacAddress([...pairs.slice(0, 3), ...hex].join(':')) ?? first
}
