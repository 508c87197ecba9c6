import type { TftpPacket } from '../../src/codec/tftp/packet.ts'
import type { TransferEnd, TransferSession, TransferStep } from '../../src/servers/tftp/transfer-session.ts'

/** What the channel does with one packet: it arrives after each of these milliseconds, or not at all. */
export type Fate = readonly number[]

export interface ChannelRun {
  /** How the session says it ended; `undefined` when it did not within the steps. */
  readonly end: TransferEnd | undefined
  /** What the client has, and whether it had the last block. */
  readonly received: Uint8Array
  readonly isComplete: boolean
  /** Blocks the session sent, by their number since the start. */
  readonly dataPackets: number
  readonly steps: number
}

/** A client gives up, or begins to say again what it said last, after this long. */
const CLIENT_WAIT_MS = 3000
const CLIENT_TRIES = 8

interface Event {
  readonly at: number
  readonly run: () => void
}

/**
 * A session and a client that does what RFC 7440 says, with a channel between them that does with each packet what `fates` say
 * in turn, from the start again when there are no more. In simulated time.
 */
export function runOverChannel(
  session: TransferSession,
  client: { readonly windowSize: number; readonly blockSize: number },
  fates: readonly Fate[],
  maxSteps = 50_000,
): ChannelRun {
  const queue: Event[] = []
  let now = 0
  let fateAt = 0
  let dataPackets = 0
  let steps = 0
  let end: TransferEnd | undefined
  let deadline = Number.POSITIVE_INFINITY

  const pieces: Uint8Array[] = []
  let inWindow = 0
  let isComplete = false
  let clientTries = 0
  let clientDeadline = CLIENT_WAIT_MS
  let lastSaid: TftpPacket | undefined

  function carry(deliver: () => void): void {
    const fate = fates[fateAt % fates.length] ?? [1]
    fateAt += 1
    for (const delay of fate) queue.push({ at: now + delay, run: deliver })
  }

  function take(step: TransferStep): void {
    for (const packet of step.send) {
      if (packet.type === 'data') dataPackets += 1
      carry(() => hear(packet))
    }
    if (step.waitMs !== undefined) deadline = now + step.waitMs
    if (step.end) end = step.end
  }

  function say(packet: TftpPacket): void {
    lastSaid = packet
    carry(() => {
      if (!end) take(session.onPacket(packet))
    })
  }

  function hear(packet: TftpPacket): void {
    if (packet.type === 'options') {
      if (pieces.length > 0) return
      heardSomething()
      say({ type: 'acknowledgement', block: 0 })
    }
    if (packet.type !== 'data') return
    const isNext = packet.block === (pieces.length + 1) % 0x10000 && !isComplete
    if (!isNext) {
      // The last one that fits is said again: something before this one was lost, or this one came twice.
      inWindow = 0
      say({ type: 'acknowledgement', block: pieces.length % 0x10000 })
      return
    }
    pieces.push(packet.bytes)
    inWindow += 1
    heardSomething()
    isComplete = packet.bytes.length < client.blockSize
    if (inWindow === client.windowSize || isComplete) {
      inWindow = 0
      say({ type: 'acknowledgement', block: pieces.length % 0x10000 })
    }
  }

  function heardSomething(): void {
    clientTries = 0
    clientDeadline = now + CLIENT_WAIT_MS
  }

  take(session.start())
  while (!end && steps < maxSteps) {
    steps += 1
    const nextPacket = queue.reduce<Event | undefined>((a, b) => (a && a.at <= b.at ? a : b), undefined)
    const next = Math.min(nextPacket?.at ?? Number.POSITIVE_INFINITY, deadline, clientDeadline)
    now = next
    if (nextPacket?.at === next) {
      queue.splice(queue.indexOf(nextPacket), 1)
      nextPacket.run()
    } else if (deadline === next) {
      take(session.onTimeout())
    } else {
      clientTries += 1
      clientDeadline = clientTries < CLIENT_TRIES ? now + CLIENT_WAIT_MS : Number.POSITIVE_INFINITY
      if (lastSaid && !isComplete) say(lastSaid)
    }
  }
  return { end, received: Buffer.concat(pieces), isComplete, dataPackets, steps }
}
