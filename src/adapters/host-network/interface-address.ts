import { networkInterfaces } from 'node:os'

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
