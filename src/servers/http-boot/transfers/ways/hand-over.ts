import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { DirectReads } from '../../../../ports/blob-source.ts'
import { descriptorOf } from '../../../../ports/descriptor.ts'
import { createProbe } from './probe.ts'
import type { Way } from './way.ts'

export interface HandOverOptions {
  readonly direct: DirectReads
  readonly socket: Socket
  readonly response: ServerResponse
  /** The way from the moment at which the system turns out to be unable to. */
  readonly otherwise: Way
}

/**
 * The system moves the bytes from the file into the connection, and this process never sees them: for plain HTTP. What
 * a full connection does not take is tried again when it has room: the system tells that for all of them together, or a
 * probe does.
 */
export function handOver({ direct, socket, response, otherwise }: HandOverOptions): Way {
  const probe = createProbe(direct, response)
  let isPossible = true
  let takeBack: (() => void) | undefined

  const waitForRoom = (descriptor: number, whenRoom: () => void): boolean => {
    takeBack = direct.whenRoom(descriptor, whenRoom)
    return takeBack !== undefined
  }

  const send: Way['send'] = (at, length, whenRoom) => {
    // Bytes handed over would overtake what is still being written.
    if (!probe.isFlushed()) return probe.send(at, length, whenRoom)
    const descriptor = descriptorOf(socket)
    if (descriptor === undefined) return 0
    const sent = direct.handOver(descriptor, at, length)
    if (sent === undefined) isPossible = false
    if (sent === undefined || sent === length) whenRoom()
    else if (!waitForRoom(descriptor, whenRoom)) return sent + probe.send(at + sent, length - sent, whenRoom)
    return sent ?? 0
  }

  return {
    pieceBytes: (at) => (isPossible ? Number.POSITIVE_INFINITY : otherwise.pieceBytes(at)),
    isReady: (at, length) => (isPossible ? direct : otherwise).isReady(at, length),
    prepare: (at, length, signal) => (isPossible ? direct : otherwise).prepare(at, length, signal),
    send: (at, length, whenRoom) => (isPossible ? send : otherwise.send)(at, length, whenRoom),
    close: () => takeBack?.(),
  }
}
