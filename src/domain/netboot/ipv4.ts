/** Dotted-quad address as an unsigned 32-bit number; `undefined` for anything else. */
export function parseIpv4(text: string): number | undefined {
  if (!/^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(text)) return undefined
  const parts = text.split('.').map(Number)
  return parts.every((part) => part <= 255)
    ? parts.reduce((number, part) => number * 256 + part, 0)
    : undefined
}

export function formatIpv4(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.')
}

/** An IPv4 network: any address in it, and its mask. */
export interface Ipv4Network {
  readonly address: string
  readonly netmask: string
}

export function isInNetwork(address: string, network: Ipv4Network): boolean {
  const [one, other, mask] = [address, network.address, network.netmask].map(parseIpv4)
  if (one === undefined || other === undefined || mask === undefined) return false
  return (one & mask) >>> 0 === (other & mask) >>> 0
}

/** All ones in the part of the address that is the host's (RFC 919 §7). */
export function broadcastAddress({ address, netmask }: Ipv4Network): string {
  return formatIpv4(((parseIpv4(address) ?? 0) | ~(parseIpv4(netmask) ?? 0xffffffff)) >>> 0)
}

/** The address in `http://HOST:PORT`, where HOST is one and no name: iPXE sends syslog to addresses only. */
export function ipv4AddressOf(base: string): string | undefined {
  return /^https?:\/\/(\d{1,3}(?:\.\d{1,3}){3})(?::\d+)?$/.exec(base)?.[1]
}

/** All zeros in that part: no host's either (RFC 1122 §3.2.1.3). */
export function networkAddress({ address, netmask }: Ipv4Network): string {
  return formatIpv4(((parseIpv4(address) ?? 0) & (parseIpv4(netmask) ?? 0xffffffff)) >>> 0)
}
