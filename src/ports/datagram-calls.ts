/** Hears a datagram. Its bytes are good until this returns. Addresses are IPv4, as a number of 32 bits. */
export type HearDatagram = (bytes: Uint8Array, address: number, port: number) => void

/**
 * Datagrams of UDP sockets over IPv4, many in one call of the system. Sockets are named by their file descriptors; nothing
 * here waits. One at a time: what `add` was given goes with the next `flush`.
 */
export interface DatagramCalls {
  /** Tells of each of those that have arrived, as many as one call brings, and says how many there were. */
  receive(socket: number, hear: HearDatagram): number
  /**
   * The memory that a datagram of so many bytes is to be written to, which `flush` then sends; `undefined` when there
   * are many already, or it is too large.
   */
  add(lengthBytes: number, address: number, port: number): Uint8Array | undefined
  /** Hands them to the system. Those it does not take just now are told, as they were added, and are to be sent otherwise. */
  flush(socket: number, unsent: HearDatagram): void
}
