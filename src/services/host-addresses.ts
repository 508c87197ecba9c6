import type { Life } from '../domain/life.ts'
import type { HostBook } from './host-book.ts'

/** Which hosts ask from which addresses, by what the book was told. */
export interface HostAddresses {
  /** Hosts last seen at the address, or on their way from it. */
  at(address: string): readonly string[]
  /** Takes note of where the host is now. */
  learn(host: string, life: Life): void
  /** All addresses of the host. */
  of(host: string): readonly string[]
  forget(host: string): void
}

/** An index, because thousands of hosts may send hundreds of messages a second each. */
export function indexHostAddresses(book: Pick<HostBook, 'states'>): HostAddresses {
  const hosts = new Map<string, Set<string>>()
  const addresses = new Map<string, readonly string[]>()

  function forget(host: string): void {
    for (const address of addresses.get(host) ?? []) {
      const there = hosts.get(address)
      there?.delete(host)
      if (there?.size === 0) hosts.delete(address)
    }
    addresses.delete(host)
  }

  function learn(host: string, life: Life): void {
    const now = addressesOf(life)
    const before = addresses.get(host) ?? []
    if (now.length === before.length && now.every((address, at) => address === before[at])) return
    forget(host)
    addresses.set(host, now)
    for (const address of now) hosts.set(address, (hosts.get(address) ?? new Set()).add(host))
  }

  for (const { host, life } of book.states()) learn(host.name, life)
  return {
    at: (address) => [...(hosts.get(address) ?? [])],
    of: (host) => addresses.get(host) ?? [],
    learn,
    forget,
  }
}

function addressesOf({ address, bootAddresses }: Life): readonly string[] {
  return [...new Set(address === undefined ? bootAddresses : [address, ...bootAddresses])]
}
