import { parseIpv4 } from '../../domain/netboot/ipv4.ts'

/** Where a client sends from. */
export interface Peer {
  readonly address: string
  readonly port: number
  /** The two as one string, to find what is known of it. */
  readonly key: string
  /** The address as a number of 32 bits; `undefined` when it is none of IPv4. */
  readonly ipv4: number | undefined
}

/** Names a client by the address and port of a datagram, as the system gave them. */
export function createPeer(address: string, port: number): Peer {
  return { address, port, key: `${address} ${port}`, ipv4: parseIpv4(address) }
}
