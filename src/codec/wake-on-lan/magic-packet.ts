import type { MacAddress } from '../../domain/mac-address.ts'

/** Where magic packets are sent by convention: the UDP port of the discard protocol (RFC 863). */
export const WAKE_PORT = 9

const REPEATS = 16

/**
 * The packet that switches a sleeping network card's machine on: six bytes of ones, then the card's address sixteen
 * times (AMD, "Magic Packet Technology", publication 20213). 102 bytes.
 */
export function encodeMagicPacket(mac: MacAddress): Uint8Array {
  const address = mac.split(':').map((pair) => Number.parseInt(pair, 16))
  return Uint8Array.from([...Array<number>(6).fill(0xff), ...Array(REPEATS).fill(address).flat()])
}
