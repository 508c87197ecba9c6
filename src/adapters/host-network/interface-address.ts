import { networkInterfaces } from 'node:os'
import type { Ipv4Network } from '../../domain/netboot/ipv4.ts'

/** The first IPv4 address of a network interface of this machine, if it is there and has one. */
export function addressOfInterface(name: string): string | undefined {
  return networkInterfaces()[name]?.find(({ family }) => family === 'IPv4')?.address
}

/** IPv4 addresses of this machine that others on its networks can reach, loopback last. */
export function reachableAddresses(): readonly string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return all
    .filter(({ family }) => family === 'IPv4')
    .sort((a, b) => Number(a.internal) - Number(b.internal))
    .map(({ address }) => address)
}

/** An address of this machine, and the card it is on. */
export interface OwnCard {
  readonly card: string
  readonly address: string
  readonly mac: string
  readonly family: 'IPv4' | 'IPv6'
  readonly isLoopback: boolean
}

/** Every address of this machine, in the order of its cards. */
export function ownCards(): readonly OwnCard[] {
  return Object.entries(networkInterfaces()).flatMap(([card, addresses]) =>
    (addresses ?? []).map(({ address, mac, family, internal: isLoopback }) => ({
      ...{ card, address, mac, isLoopback },
      family: family === 'IPv6' ? ('IPv6' as const) : ('IPv4' as const),
    })),
  )
}

/** The IPv4 networks of these interfaces; of none named: all but loopback. */
export function networksOf(names: readonly string[]): readonly Ipv4Network[] {
  return Object.entries(networkInterfaces())
    .flatMap(([name, addresses]) => (addresses ?? []).map((address) => ({ ...address, name })))
    .filter(
      ({ family, internal, name }) =>
        family === 'IPv4' && (names.length > 0 ? names.includes(name) : !internal),
    )
    .map(({ address, netmask }) => ({ address, netmask }))
}
