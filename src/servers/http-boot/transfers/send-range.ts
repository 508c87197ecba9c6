import type { Extent } from '../../../domain/installer.ts'
import type { Turn, Turns } from './turns.ts'
import type { Way } from './ways/way.ts'

/** Looked after at a time, as asking for each turn would cost more than the turns do. */
const LOOK_AHEAD_BYTES = 1024 * 1024

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
        goOn()
      }, fail)
    }
    const take = (allowedBytes: number): number => {
      const length = Math.min(end - at, allowedBytes, way.pieceBytes(at))
      if (at + length > preparedTo) {
        const ahead = Math.max(length, Math.min(end - at, LOOK_AHEAD_BYTES))
        if (!way.isReady(at, ahead)) {
          prepare(length)
          return 0
        }
        preparedTo = at + ahead
      }
      let isSending = true
      let hasRoom = false
      const sent = way.send(at, length, () => {
        if (isSending) hasRoom = true
        else goOn()
      })
      isSending = false
      at += sent
      count(sent)
      if (hasRoom) goOn()
      return sent
    }
    const turn: Turn = {
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
