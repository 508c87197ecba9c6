// Not the global of that name, which is looked up by a function of Node.js each time.
import { performance } from 'node:perf_hooks'
import { DATA_HEADER_BYTES, encodeTftp, writeBlock } from '../../codec/tftp/encode-packet.ts'
import type { TftpPacket } from '../../codec/tftp/packet.ts'
import { formatIpv4 } from '../../domain/netboot/ipv4.ts'
import type { DatagramCalls } from '../../ports/datagram-calls.ts'
import type { DatagramHandle } from '../../ports/descriptor.ts'
import { createPeer, type Peer } from './peer.ts'

/** A client close by answers within that; where it does, waiting for it takes less than going to sleep and being woken. */
const ANSWER_MS = 0.1
/** After so many that did not, nobody is waited for … */
const MISSES = 3
/** … for so long. */
const DISTANT_MS = 100
/** How long one round may take before everybody else has a turn; twice as long each time that nobody wanted it. */
const ROUND_MS = { least: 0.5, most: 2 } as const
/** To come round takes the event loop so long when there is nobody else. */
const NOBODY_MS = 0.1
/** Clients that are kept from one datagram to the next. */
const MAX_PEERS = 1024

/** The datagrams of one socket past Node.js, which takes as long for each as all the rest does. */
export interface DirectDatagrams {
  /**
   * Works on one datagram, and then on all that have arrived, and arrive within moments. What is sent meanwhile goes
   * together.
   */
  round(first: () => void): void
  /** False when it has to be sent otherwise. */
  send(packet: TftpPacket, to: Peer): boolean
  /** Sends what waits; from then on all has to be sent otherwise. */
  close(): void
}

export interface DirectOptions {
  readonly calls: DatagramCalls
  readonly handle: DatagramHandle
  readonly hear: (bytes: Uint8Array, from: Peer) => void
  readonly sendOtherwise: (bytes: Uint8Array, to: Peer) => void
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number
  /** Calls back when the event loop has come round. */
  readonly nextRound?: (round: () => void) => void
}

export function createDirectDatagrams(options: DirectOptions): DirectDatagrams {
  const { calls, handle, hear, sendOtherwise } = options
  const { now = () => performance.now(), nextRound = setImmediate } = options
  const peers = new Map<number, Peer>()
  /** That of the round that is under way: Node.js is asked once for it, not for each datagram. `undefined` outside of rounds, and once closed. */
  let socketOfRound: number | undefined
  /** It had a whole round, and the event loop has not come round since. */
  let isOthersTurn = false
  let roundMs: number = ROUND_MS.least
  let misses = 0
  let missedAt = Number.NEGATIVE_INFINITY

  const peerOf = (address: number, port: number): Peer => {
    // A small number, which needs no memory of its own. Two with the same one only take turns.
    const place = (Math.imul(address, 31) + port) & 0x3fff_ffff
    const known = peers.get(place)
    if (known?.ipv4 === address && known.port === port) return known
    const made = createPeer(formatIpv4(address), port)
    if (peers.size >= MAX_PEERS) peers.clear()
    peers.set(place, made)
    return made
  }

  const hearNumbered = (bytes: Uint8Array, address: number, port: number): void =>
    hear(bytes, peerOf(address, port))

  const flush = (): void => {
    // Other sockets add to the same calls when their turn is.
    if (socketOfRound === undefined) return
    calls.flush(socketOfRound, (bytes, address, port) => sendOtherwise(bytes.slice(), peerOf(address, port)))
  }

  /** Receives until nothing comes any more; false when a round was over before that. */
  const receiveAll = (): boolean => {
    const began = now()
    if (missedAt + DISTANT_MS < began) misses = 0
    // With several at once there is enough to do after the next sleep, and the clients need the processor meanwhile.
    let isWorthWaiting = misses < MISSES
    for (let [heardAt, at] = [began, began]; at - began < roundMs; at = now()) {
      // Closed by what it heard: nothing is to be waited for.
      if (socketOfRound === undefined) return true
      const count = calls.receive(socketOfRound, hearNumbered)
      flush()
      if (count > 0) {
        heardAt = now()
        if (isWorthWaiting) misses = 0
        if (count > 1) isWorthWaiting = false
      } else if (!isWorthWaiting) {
        return true
      } else if (at - heardAt >= ANSWER_MS) {
        misses += 1
        missedAt = at
        return true
      }
    }
    return false
  }

  const round = (first?: () => void): void => {
    socketOfRound = handle.descriptor()
    let isThrough = true
    try {
      first?.()
      flush()
      if (!isOthersTurn) isThrough = receiveAll()
    } finally {
      flush()
      socketOfRound = undefined
    }
    if (!isThrough) giveWay()
  }

  /** Node.js would go on with up to 31 more datagrams, one by one, before it looks after anybody else. */
  const giveWay = (): void => {
    isOthersTurn = true
    const isPaused = handle.pause()
    const leftAt = now()
    nextRound(() => {
      isOthersTurn = false
      roundMs = now() - leftAt < NOBODY_MS ? Math.min(roundMs * 2, ROUND_MS.most) : ROUND_MS.least
      if (!isPaused) return
      try {
        round()
      } finally {
        if (!isOthersTurn) handle.resume()
      }
    })
  }

  return {
    round,
    send(packet, to) {
      const address = to.ipv4
      if (socketOfRound === undefined || address === undefined) return false
      const encoded = packet.type === 'data' ? undefined : encodeTftp(packet)
      const length = packet.type === 'data' ? DATA_HEADER_BYTES + packet.bytes.length : (encoded?.length ?? 0)
      let memory = calls.add(length, address, to.port)
      if (!memory) {
        flush()
        memory = calls.add(length, address, to.port)
      }
      if (packet.type === 'data' && memory) writeBlock(memory, packet.block, packet.bytes)
      else if (encoded) memory?.set(encoded)
      return memory !== undefined
    },
    close() {
      flush()
      socketOfRound = undefined
    },
  }
}
