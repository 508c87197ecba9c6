import type { DesiredHost } from '../domain/desired-fleet.ts'
import type { MachineFacts } from '../domain/machine-facts.ts'

/** Finds the host a machine claims to be, by what the fleet says of it. */
export function identifyBy(hosts: readonly DesiredHost[]): (facts: MachineFacts) => string | undefined {
  const byMac = new Map(hosts.flatMap(({ name, match }) => (match.mac ? [[match.mac, name] as const] : [])))
  return ({ mac }) => (mac ? byMac.get(mac) : undefined)
}
