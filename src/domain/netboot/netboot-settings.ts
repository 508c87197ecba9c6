import { Failure } from '../failure.ts'
import { type MacAddress, parseMacAddress } from '../mac-address.ts'
import type { InstalledPolicy } from './decide-answer.ts'
import { type Ipv4Network, isInNetwork, parseIpv4 } from './ipv4.ts'

/**
 * How DHCP is answered. `proxy`: beside the DHCP server of the site, boot files only; `pxe-only`: on port 4011 only, for a
 * DHCP server on this very machine that sends firmware there; `authoritative`: as the DHCP server of an isolated network.
 */
export const DHCP_MODES = ['off', 'proxy', 'pxe-only', 'authoritative'] as const
export type DhcpMode = (typeof DHCP_MODES)[number]

/** What `serve` was asked for. */
export interface NetbootSettings {
  readonly dhcp: DhcpMode
  readonly installed: InstalledPolicy
  /** Names of the network interfaces; empty: all but loopback. */
  readonly interfaces: readonly string[]
  /** Of the authoritative mode. */
  readonly range?: { readonly first: string; readonly last: string } | undefined
  readonly router?: string | undefined
  readonly dns: readonly string[]
  readonly leaseSeconds: number
  readonly reservations: ReadonlyMap<MacAddress, string>
  /** `undefined`: no TFTP. */
  readonly tftpPort?: number | undefined
  readonly tftpMode: 'single-port' | 'usual'
}

/** Addresses in one range; each takes memory once it is handed out. */
const MAX_RANGE = 65_536

/** `FIRST-LAST`, both IPv4. Failure `usage.invalid`. */
export function parseLeaseRange(text: string): { readonly first: string; readonly last: string } {
  const [first = '', last = '', ...more] = text.split('-').map((part) => part.trim())
  const [from, to] = [parseIpv4(first), parseIpv4(last)]
  if (more.length === 0 && from !== undefined && to !== undefined && from <= to && to - from < MAX_RANGE) {
    return { first, last }
  }
  throw new Failure(
    'usage.invalid',
    `range ${text.slice(0, 80)}: expected FIRST-LAST, for example 192.0.2.100-192.0.2.200, at most ${MAX_RANGE} addresses`,
  )
}

/** `MAC=ADDRESS`. Failure `usage.invalid`. */
export function parseReservation(text: string): readonly [MacAddress, string] {
  const [card = '', address = ''] = text.split('=')
  const mac = parseMacAddress(card)
  if (mac && parseIpv4(address) !== undefined) return [mac, address]
  throw new Failure(
    'usage.invalid',
    `reservation ${text.slice(0, 80)}: expected MAC=ADDRESS, for example 00:50:56:aa:bb:cc=192.0.2.20`,
  )
}

/** Failure `usage.invalid` for an authoritative mode that cannot work on this network. */
export function checkLeases(settings: NetbootSettings, network: Ipv4Network): void {
  const { range, router, reservations, dns } = settings
  const problems = [
    ...(range ? [range.first, range.last] : []).filter((address) => !isInNetwork(address, network)),
    ...[...reservations.values(), ...(router ? [router] : [])].filter(
      (address) => !isInNetwork(address, network),
    ),
  ].map((address) => `${address} is not in the network of ${network.address}/${network.netmask}`)
  problems.push(
    ...dns.filter((address) => parseIpv4(address) === undefined).map((text) => `${text} is no IPv4 address`),
  )
  const twice = [...reservations.values()].find((address, at, all) => all.indexOf(address) !== at)
  if (twice) problems.push(`${twice} is reserved twice`)
  if (!range && reservations.size === 0)
    problems.push('there is neither a range nor a reservation: --dhcp-range FIRST-LAST')
  if (problems.length > 0) throw new Failure('usage.invalid', `--dhcp authoritative: ${problems.join('; ')}`)
}
