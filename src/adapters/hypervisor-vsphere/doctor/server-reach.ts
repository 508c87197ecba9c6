import { isIPv4, isIPv6 } from 'node:net'
import { plainAddress } from '../../../domain/plain-address.ts'
import type { Finding } from '../../../ports/driver-examiner.ts'

/** An address a host of the hypervisor has itself. */
export interface HostAddress {
  readonly address: string
  /** Dotted: `255.255.255.0`. */
  readonly netmask: string
}

const NAME = 'server address'
const ADVERTISE = 'give the address that machines there reach with --advertise ADDRESS'

/**
 * Whether machines in a network near the hosts can plausibly reach this process at an address. Nobody can be sure from
 * here; what was compared is said.
 */
export function judgeServerAddress(given: string, hosts: readonly HostAddress[]): Finding {
  const address = withoutPort(given)
  const finding = (verdict: Finding['verdict'], why: string, remedy?: string): Finding => ({
    name: NAME,
    verdict,
    detail: `${address} ${why}`,
    ...(remedy === undefined ? {} : { remedy }),
  })
  if (isLoopback(address)) return finding('bad', 'is this machine only', ADVERTISE)
  if (!isIPv4(address) && !isIPv6(address)) {
    return finding('warning', 'is a name, which machines have to look up; nothing was compared')
  }
  if (isLinkLocal(address)) return finding('bad', 'is link-local, which no router passes on', ADVERTISE)
  const known = hosts.filter(
    (host) => isIPv4(host.address) && !isLoopback(host.address) && isIPv4(host.netmask),
  )
  if (!isIPv4(address) || known.length === 0) {
    return finding(
      'good',
      'is neither loopback nor link-local; there was no address of a host to compare with',
    )
  }
  const near = known.find((host) => isSameNetwork(address, host))
  if (near) return finding('good', `is in the network of the host at ${near.address}/${near.netmask}`)
  const listed = known
    .slice(0, 4)
    .map((host) => `${host.address}/${host.netmask}`)
    .join(', ')
  if (known.every((host) => isPrivate(host.address) !== isPrivate(address))) {
    const kind = isPrivate(address) ? 'private' : 'public'
    return finding('warning', `is ${kind}, and the addresses of the hosts (${listed}) are not`, ADVERTISE)
  }
  return finding('good', `is in no network of the hosts (${listed}): there has to be a router in between`)
}

function withoutPort(given: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(given)
  return plainAddress(bracketed?.[1] ?? given.replace(/^([^:]+):\d+$/, '$1'))
}

function isLoopback(address: string): boolean {
  return /^(127|0)\./.test(address) || address === '::1' || address === '::' || address === 'localhost'
}

function isLinkLocal(address: string): boolean {
  return address.startsWith('169.254.') || /^fe[89ab]/i.test(address)
}

/** RFC 1918, and the range shared by carriers (RFC 6598). */
function isPrivate(address: string): boolean {
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/.test(address)
}

function isSameNetwork(address: string, host: HostAddress): boolean {
  const mask = toNumber(host.netmask)
  return mask !== 0 && (toNumber(address) & mask) === (toNumber(host.address) & mask)
}

function toNumber(address: string): number {
  return address.split('.').reduce((number, part) => (number << 8) | Number(part), 0)
}
