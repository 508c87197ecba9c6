import type { MacAddress } from '../../domain/mac-address.ts'
import {
  broadcastAddress,
  formatIpv4,
  type Ipv4Network,
  networkAddress,
  parseIpv4,
} from '../../domain/netboot/ipv4.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import type { SettingsStore } from '../../ports/settings-store.ts'
import { keepLatest } from '../keep-latest.ts'

/** Addresses that are handed out on one network of our own. */
export interface LeasePlan {
  /** Both included. */
  readonly first: string
  readonly last: string
  /** Ours, and so that of every client. */
  readonly network: Ipv4Network
  readonly router?: string | undefined
  readonly dns: readonly string[]
  readonly leaseSeconds: number
  /** Always the same address for these; it may lie outside the range. */
  readonly reservations: ReadonlyMap<MacAddress, string>
  /** Never handed out, besides those of the network as such: our own address, the router. */
  readonly taken: readonly string[]
}

/** Who has which address; kept across restarts. */
export interface LeaseBook {
  readonly plan: LeasePlan
  /**
   * The address for a card: its reservation, the one it has or had, the one it asks for, else a free one. `isHost`: where
   * none is free it gets one that was only offered to a card that is no host, so that made-up cards cannot take them all.
   */
  offer(mac: MacAddress, wanted: string | undefined, isHost?: boolean): string | undefined
  /** Makes it the card's for the time of a lease. False when it is another's, or none of ours. */
  take(mac: MacAddress, address: string): boolean
  release(mac: MacAddress): void
  /** Somebody else uses it: nobody gets it for a while. */
  decline(mac: MacAddress, address: string): void
  /** The card that has this address now. */
  holder(address: string): MacAddress | undefined
}

interface Lease {
  readonly mac: MacAddress | 'declined'
  readonly address: string
  /** Epoch milliseconds. */
  readonly until: number
  /** Only offered yet, to a card that is no host of the fleet. */
  readonly yields?: boolean
}

const SETTING = 'dhcp-leases'
/** An address that was offered waits so long for its client to take it. */
const OFFER_MS = 60_000
const DECLINED_MS = 600_000

/** Failure `store.failed`. What was stored for another range is forgotten. */
export async function openLeaseBook(
  plan: LeasePlan,
  { store, clock, log }: { readonly store: SettingsStore; readonly clock: Clock; readonly log: Log },
): Promise<LeaseBook> {
  const byAddress = new Map<string, Lease>()
  const byMac = new Map<MacAddress, Lease>()
  const reserved = new Map([...plan.reservations].map(([mac, address]) => [address, mac]))
  const [first, last] = [parseIpv4(plan.first) ?? 1, parseIpv4(plan.last) ?? 0]
  const taken = new Set([...plan.taken, networkAddress(plan.network), broadcastAddress(plan.network)])
  /** Addresses of the range that nobody has had, or that were given back, in the order in which they are handed out. */
  const vacant = new Set<string>()
  /** Offered to cards that are no host's, and not taken yet. */
  const yielding = new Set<string>()
  /** Before that no lease runs out, so nobody has to look for one. Epoch milliseconds. */
  let noneBefore = 0
  const write = () => store.saveSetting(SETTING, JSON.stringify([...byMac.values()]))
  const save = keepLatest(write, 'the leases', log)

  for (let number = first; number <= last; number += 1) {
    const address = formatIpv4(number)
    if (isForAnybody(address)) vacant.add(address)
  }
  for (const lease of readLeases(await store.setting(SETTING)))
    if (isOurs(lease.address)) put(lease.mac as MacAddress, lease.address, lease.until)

  function isOurs(address: string): boolean {
    const number = parseIpv4(address)
    if (number === undefined || taken.has(address)) return false
    return reserved.has(address) || (number >= first && number <= last)
  }

  function put(mac: MacAddress, address: string, until: number, yields = false): void {
    drop(byMac.get(mac))
    drop(byAddress.get(address))
    const lease = { mac, address, until, ...(yields ? { yields } : {}) }
    byMac.set(mac, lease)
    occupy(lease)
  }

  function occupy(lease: Lease): void {
    byAddress.set(lease.address, lease)
    vacant.delete(lease.address)
    if (lease.yields) yielding.add(lease.address)
    else yielding.delete(lease.address)
    noneBefore = Math.min(noneBefore, lease.until)
  }

  /** Of the range and nobody's by right, whoever has it now. */
  function isForAnybody(address: string): boolean {
    const number = parseIpv4(address) ?? -1
    return number >= first && number <= last && !taken.has(address) && !reserved.has(address)
  }

  function drop(lease: Lease | undefined): void {
    if (!lease) return
    byAddress.delete(lease.address)
    yielding.delete(lease.address)
    if (isForAnybody(lease.address)) vacant.add(lease.address)
    if (lease.mac !== 'declined') byMac.delete(lease.mac)
  }

  function isFreeFor(mac: MacAddress, address: string): boolean {
    if (!isOurs(address)) return false
    const owner = reserved.get(address)
    if (owner !== undefined) return owner === mac
    const lease = byAddress.get(address)
    return !lease || lease.mac === mac || lease.until <= clock.now()
  }

  function findFree(isHost: boolean): string | undefined {
    // Who comes back after its lease ran out finds its address again as long as there are others.
    const [address] = vacant
    if (address !== undefined) return address
    return findExpired() ?? (isHost ? [...yielding].find(isForAnybody) : undefined)
  }

  /** A range that is used up must not cost a search for each packet of a flood. */
  function findExpired(): string | undefined {
    if (clock.now() < noneBefore) return undefined
    let oldest: Lease | undefined
    for (const lease of byAddress.values()) {
      if ((!oldest || lease.until < oldest.until) && isForAnybody(lease.address)) oldest = lease
    }
    noneBefore = oldest?.until ?? Number.POSITIVE_INFINITY
    return noneBefore <= clock.now() ? oldest?.address : undefined
  }

  return {
    plan,
    offer(mac, wanted, isHost = false) {
      const choices = [plan.reservations.get(mac), byMac.get(mac)?.address, wanted]
      const address =
        choices.find((choice) => choice !== undefined && isFreeFor(mac, choice)) ?? findFree(isHost)
      if (address === undefined) return undefined
      const before = byMac.get(mac)
      const isLeased = before?.address === address && !before.yields && before.until > clock.now()
      const isKept = before?.address === address && before.until > clock.now() + OFFER_MS
      if (!isKept) put(mac, address, clock.now() + OFFER_MS, !isHost && !isLeased)
      return address
    },
    take(mac, address) {
      const own = plan.reservations.get(mac)
      if ((own !== undefined && own !== address) || !isFreeFor(mac, address)) return false
      put(mac, address, clock.now() + plan.leaseSeconds * 1000)
      save()
      return true
    },
    release(mac) {
      drop(byMac.get(mac))
      save()
    },
    decline(mac, address) {
      // Only who was given it can have tried it; anybody else could use up the range with this.
      const lease = byMac.get(mac)
      if (lease?.address !== address) return
      drop(lease)
      occupy({ mac: 'declined', address, until: clock.now() + DECLINED_MS })
      save()
    },
    holder(address) {
      const lease = byAddress.get(address)
      return lease && lease.mac !== 'declined' && lease.until > clock.now() ? lease.mac : undefined
    },
  }
}

/** Written by this program only; what does not look like leases counts as none. */
function readLeases(text: string | undefined): readonly Lease[] {
  try {
    const leases: unknown = JSON.parse(text ?? '[]')
    if (!Array.isArray(leases)) return []
    return leases.filter(
      (lease): lease is Lease =>
        typeof lease?.mac === 'string' &&
        typeof lease.address === 'string' &&
        typeof lease.until === 'number',
    )
  } catch {
    return []
  }
}
