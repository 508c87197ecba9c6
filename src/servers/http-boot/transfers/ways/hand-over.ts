import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { DirectReads } from '../../../../ports/blob-source.ts'
import { TURN_BYTES } from '../turns.ts'
import { createProbe } from './probe.ts'
import type { Way } from './way.ts'

/**
 * The system moves the bytes from the file into the connection, and this process never sees them: for plain HTTP. What
 * a full connection does not take is tried again when a probe came through, which is when a third of the system's buffer
 * is free. `otherwise` is the way from the moment at which the system turns out to be unable to.
 */
export function handOver(direct: DirectReads, socket: Socket, response: ServerResponse, otherwise: Way): Way {
  const probe = createProbe(direct, response)
  let isPossible = true

  const send: Way['send'] = (at, length, whenRoom) => {
    // Bytes handed over would overtake what is still being written.
    if (!probe.isFlushed()) return probe.send(at, length, whenRoom)
    const descriptor = descriptorOf(socket)
    if (descriptor === undefined) return 0
    const sent = direct.handOver(descriptor, at, length)
    if (sent === undefined) {
      isPossible = false
      queueMicrotask(whenRoom)
      return 0
    }
    if (sent < length) return sent + probe.send(at + sent, length - sent, whenRoom)
    queueMicrotask(whenRoom)
    return sent
  }

  return {
    pieceBytes: (at) => (isPossible ? TURN_BYTES : otherwise.pieceBytes(at)),
    isReady: (at, length) => (isPossible ? direct : otherwise).isReady(at, length),
    prepare: (at, length, signal) => (isPossible ? direct : otherwise).prepare(at, length, signal),
    send: (at, length, whenRoom) => (isPossible ? send : otherwise.send)(at, length, whenRoom),
  }
}

/** The file descriptor of a plain TCP connection; `undefined` for any other, and for one that is closed. */
export function descriptorOf(socket: Socket): number | undefined {
  if ('encrypted' in socket) return undefined
  // Node.js has no public name for it; where it is missing bytes take another way.
  const { _handle: handle } = socket as { readonly _handle?: { readonly fd?: unknown } | null }
  return typeof handle?.fd === 'number' && handle.fd >= 0 ? handle.fd : undefined
}
