import { parseIpv4 } from './netboot/ipv4.ts'

/** How a machine reaches the server where DHCP on its untagged port does not do it. */
export interface GuestNetwork {
  /** Instead of DHCP. */
  readonly fixed?: FixedAddress
  /** IEEE 802.1Q tag, 1 to 4094. */
  readonly vlan?: number
}

/** Addresses as text, checked. */
export interface FixedAddress {
  readonly address: string
  readonly prefix: number
  readonly gateway?: string
  /** At most `MAX_NAME_SERVERS`. */
  readonly nameServers: readonly string[]
}

/** As many as the C library of the installer asks. */
export const MAX_NAME_SERVERS = 3

/** An address that a machine can have: not this network's, loopback, multicast or reserved (RFC 6890). */
export function isHostAddress(address: number): boolean {
  const first = Math.floor(address / 2 ** 24)
  return first !== 0 && first !== 127 && first < 224
}

/** `255.255.255.0` for 24. */
export function netmaskOf(prefix: number): string {
  const bits = 2 ** 32 - 2 ** (32 - prefix)
  return [24, 16, 8, 0].map((shift) => Math.floor(bits / 2 ** shift) % 256).join('.')
}

/** Whether both lie in the same network. */
export function isInNetwork(address: number, other: number, prefix: number): boolean {
  const size = 2 ** (32 - prefix)
  return Math.floor(address / size) === Math.floor(other / size)
}

/** Whether the address is one of a host in its network and not of the network itself or of all its hosts. */
export function isHostOfNetwork(address: number, prefix: number): boolean {
  const size = 2 ** (32 - prefix)
  return isHostAddress(address) && address % size !== 0 && address % size !== size - 1
}

/** Prefixes that leave room for a machine and its gateway. */
export function isPrefix(prefix: number): boolean {
  return Number.isInteger(prefix) && prefix >= 8 && prefix <= 30
}

export function isVlan(tag: number): boolean {
  return Number.isInteger(tag) && tag >= 1 && tag <= 4094
}

/** Names under which `boot.ipxe` tells the network that the media were made for. */
const TOLD = ['address', 'gateway', 'dns', 'vlan'] as const

/**
 * The network a machine says it was given by its media: `address` as ADDRESS/PREFIX, `gateway`, `dns` with commas,
 * `vlan`. Empty where it says nothing; undefined when something of it cannot be, and then none of it is to be used.
 */
export function readGuestNetwork(told: Readonly<Record<string, string>>): GuestNetwork | undefined {
  const [address = '', gateway = '', dns = '', vlan = ''] = TOLD.map((name) => told[name])
  const tag = /^\d{1,4}$/.test(vlan) ? Number(vlan) : 0
  if (vlan !== '' && !isVlan(tag)) return undefined
  const tagged = vlan === '' ? {} : { vlan: tag }
  if (address === '') return gateway === '' && dns === '' ? tagged : undefined
  const fixed = readFixed(address, gateway, dns)
  return fixed && { ...tagged, fixed }
}

function readFixed(text: string, gateway: string, dns: string): FixedAddress | undefined {
  const [, address = '', digits = ''] = /^([\d.]{7,15})\/(\d{1,2})$/.exec(text) ?? []
  const number = parseIpv4(address)
  const prefix = Number(digits)
  if (number === undefined || !isPrefix(prefix) || !isHostOfNetwork(number, prefix)) return undefined
  const via = parseIpv4(gateway)
  const isRouter = via !== undefined && via !== number && isHostOfNetwork(via, prefix)
  if (gateway !== '' && !(isRouter && isInNetwork(via, number, prefix))) return undefined
  const nameServers = dns === '' ? [] : dns.split(',', MAX_NAME_SERVERS + 1)
  if (nameServers.length > MAX_NAME_SERVERS) return undefined
  if (nameServers.map(parseIpv4).some((server) => server === undefined || !isHostAddress(server))) {
    return undefined
  }
  return { address, prefix, ...(gateway === '' ? {} : { gateway }), nameServers }
}
