import type { Extent } from '../../../domain/installer.ts'
import { BRIEF_BYTES, type Turn, type Turns } from './turns.ts'
import type { Way } from './ways/way.ts'

/** Asked for, and waited for, at a time: less would cost more than sending does, and slow disks make everything wait for more. */
const LOOK_AHEAD_BYTES = 1024 * 1024
/** A connection that is full may stay so for long, and what was ready need not be so then. */
const READY_FOR_MS = 500

export interface SendOptions {
  readonly way: Way
  readonly turns: Turns
  readonly signal: AbortSignal
  /** Told of all bytes that the connection took. */
  readonly count: (bytes: number) => void
}

/**
 * Sends these bytes of a blob at the pace of the client, a turn at a time; resolves when the connection has taken all of
 * them. Rejects with the signal's reason, or as reads of the blob do.
 */
export function sendRange(range: Extent, { way, turns, signal, count }: SendOptions): Promise<void> {
  const end = range.offsetBytes + range.lengthBytes
  let at = range.offsetBytes
  /** Bytes up to here were ready, or waited for: they are sent whatever the system says of them. */
  let preparedTo = at
  /** When some of them were last found to be so. */
  let lookedAt = 0

  return new Promise((resolve, reject) => {
    let isSettled = false
    const settle = (how: () => void): void => {
      isSettled = true
      signal.removeEventListener('abort', abort)
      how()
    }
    const fail = (error: unknown): void => settle(() => reject(error))
    const abort = (): void => fail(signal.reason)

    const goOn = (): void => {
      if (isSettled) return
      if (at < end) turns.ask(turn)
      else settle(resolve)
    }
    const prepare = (length: number): void => {
      way.prepare(at, length, signal).then(() => {
        preparedTo = at + length
        lookedAt = performance.now()
        goOn()
      }, fail)
    }
    /** How many of the next bytes are ready: all of those, or as many as there are without a gap. */
    const readyOf = (length: number): number => {
      const now = performance.now()
      if (now - lookedAt > READY_FOR_MS) preparedTo = Math.min(preparedTo, at + LOOK_AHEAD_BYTES)
      while (preparedTo < at + length) {
        const ahead = Math.min(end - preparedTo, LOOK_AHEAD_BYTES)
        if (!way.isReady(preparedTo, ahead)) break
        preparedTo += ahead
        lookedAt = now
      }
      return Math.min(length, preparedTo - at)
    }
    let isSending = false
    let hasRoom = false
    /** One for all turns: there are hundreds a second of each client. */
    const whenRoom = (): void => {
      if (isSending) hasRoom = true
      else goOn()
    }
    const take = (allowedBytes: number): number => {
      const wanted = Math.min(end - at, allowedBytes, way.pieceBytes(at))
      const length = readyOf(wanted)
      if (length === 0) {
        const ahead = way.isInPieces ? LOOK_AHEAD_BYTES : way.pieceBytes(at)
        prepare(Math.min(end - at, ahead, LOOK_AHEAD_BYTES))
        return 0
      }
      isSending = true
      hasRoom = false
      const sent = way.send(at, length, whenRoom)
      isSending = false
      at += sent
      count(sent)
      if (hasRoom) goOn()
      return sent
    }
    const turn: Turn = {
      isInPieces: way.isInPieces === true,
      /** The head of the answer goes with the first bytes, and little is left with the last. */
      get isBrief() {
        return at === range.offsetBytes || end - at <= BRIEF_BYTES
      },
      take(allowedBytes) {
        if (isSettled) return 0
        try {
          return take(allowedBytes)
        } catch (error) {
          fail(error)
          return 0
        }
      },
    }

    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort)
    goOn()
  })
}
