import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { DirectReads } from '../../../../ports/blob-source.ts'
import { TURN_BYTES } from '../turns.ts'
import type { Way } from './way.ts'

/**
 * Bytes that take the usual way when the connection is full: a write that waits for room is how Node.js tells that there
 * is some. The system tells when a third of its buffer is free.
 */
const PROBE_BYTES = 2048

/**
 * The system moves the bytes from the file into the connection, and this process never sees them: for plain HTTP.
 * `otherwise` is the way taken from the moment at which the system turns out to be unable to.
 */
export function handOver(direct: DirectReads, socket: Socket, response: ServerResponse, otherwise: Way): Way {
  let isPossible = true
  /** Until what was written the usual way is on its way, bytes handed over would overtake it. */
  let isFlushed = false

  const probe = (at: number, length: number, whenRoom: () => void): number => {
    const bytes = new Uint8Array(Math.min(PROBE_BYTES, length))
    direct.copy(bytes, at)
    isFlushed = false
    response.write(bytes, (error) => {
      isFlushed = true
      if (!error) whenRoom()
    })
    return bytes.length
  }

  return {
    pieceBytes: (at) => (isPossible ? TURN_BYTES : otherwise.pieceBytes(at)),
    isReady: direct.isReady,
    prepare: direct.prepare,
    send(at, length, whenRoom) {
      if (!isPossible) return otherwise.send(at, length, whenRoom)
      if (!isFlushed) return probe(at, length, whenRoom)
      const descriptor = descriptorOf(socket)
      if (descriptor === undefined) return 0
      const sent = direct.handOver(descriptor, at, length)
      if (sent === undefined) {
        isPossible = false
        return otherwise.send(at, Math.min(length, otherwise.pieceBytes(at)), whenRoom)
      }
      if (sent < length) return sent + probe(at + sent, length - sent, whenRoom)
      queueMicrotask(whenRoom)
      return sent
    },
  }
}

/** The file descriptor of a plain TCP connection; `undefined` for any other, and for one that is closed. */
export function descriptorOf(socket: Socket): number | undefined {
  if ('encrypted' in socket) return undefined
  // Node.js has no public name for it; where it is missing bytes take the other way.
  const { _handle: handle } = socket as { readonly _handle?: { readonly fd?: unknown } | null }
  return typeof handle?.fd === 'number' && handle.fd >= 0 ? handle.fd : undefined
}
