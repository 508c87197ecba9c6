import type { HostView } from '../../../../src/contract/hosts.ts'
import { type Sort, sortHosts } from './sort-hosts.ts'

/** Puts hosts in order; keeps in mind which order it was. */
export type CalmOrder = (hosts: readonly HostView[], sort: Sort, now: number) => readonly HostView[]

/**
 * Rates and ages change several times a second, but a row that is pointed at must not run away: hosts change places only
 * with `now`, with another order wished for, or when one comes that had no place yet.
 */
export function createCalmOrder(): CalmOrder {
  let places: ReadonlyMap<string, number> = new Map()
  let at: { readonly sort: Sort; readonly now: number } | undefined
  return (hosts, sort, now) => {
    const isSameOrder = at?.sort === sort && at.now === now && hosts.every(({ name }) => places.has(name))
    if (isSameOrder) return hosts.toSorted((a, b) => placeOf(places, a) - placeOf(places, b))
    const sorted = sortHosts(hosts, sort, now)
    places = new Map(sorted.map(({ name }, index) => [name, index]))
    at = { sort, now }
    return sorted
  }
}

function placeOf(places: ReadonlyMap<string, number>, { name }: HostView): number {
  return places.get(name) ?? 0
}
