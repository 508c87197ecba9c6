import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { DirectReads, SendBuffer } from '../../../../ports/blob-source.ts'
import { transportDescriptorOf } from '../../../../ports/descriptor.ts'
import { alignedBytes } from '../pieces.ts'
import { createProbe } from './probe.ts'
import type { Way } from './way.ts'

/** Pieces are never longer, see pieceBytesFor. */
const SCRATCH_BYTES = 1024 * 1024
/** A third of the buffer is free by the time it is told: so many pieces, and it is more than one. */
const WORTH_WAITING = 4
let scratch: Buffer | undefined

/**
 * Bytes out of the system's memory, encrypted on the spot: for HTTPS. All connections share one buffer, which stays in the
 * processor's cache: TLS sockets of Node.js have encrypted what they are given, or kept a copy of it, when the call that
 * writes returns (boot-tls.test.ts watches over that), unless something is before it in the stream.
 */
export function copyThrough(
  direct: DirectReads,
  socket: Socket,
  response: ServerResponse,
  pieceBytes: () => number,
): Way {
  const probe = createProbe(direct, response)
  let takeBack: (() => void) | undefined

  /** What the connection takes at once does not stay in this process, and so is no part of what all of them share there. */
  const nextPieceBytes = (): number => {
    const least = pieceBytes()
    const free = least < SCRATCH_BYTES ? (sendBuffer()?.freeBytes ?? 0) : 0
    let bytes = least
    while (bytes < SCRATCH_BYTES && bytes * 2 <= free) bytes *= 2
    return bytes
  }

  /** A connection of which the system keeps several pieces, and has no room for the next, is waited for there. */
  const afterPiece = (whenRoom: () => void): void => {
    const least = pieceBytes()
    const buffer = least < SCRATCH_BYTES ? sendBuffer() : undefined
    const isFull =
      buffer !== undefined && buffer.freeBytes < least && buffer.sizeBytes >= WORTH_WAITING * least
    takeBack = isFull ? waitInSystem(whenRoom) : undefined
    if (!takeBack) whenRoom()
  }

  function sendBuffer(): SendBuffer | undefined {
    const descriptor = transportDescriptorOf(socket)
    return descriptor === undefined ? undefined : direct.sendBuffer(descriptor)
  }

  function waitInSystem(whenRoom: () => void): (() => void) | undefined {
    const descriptor = transportDescriptorOf(socket)
    return descriptor === undefined ? undefined : direct.whenRoom(descriptor, whenRoom)
  }

  return {
    pieceBytes: (at) => alignedBytes(at, nextPieceBytes()),
    isReady: direct.isReady,
    prepare: direct.prepare,
    send(at, length, whenRoom) {
      const isBehindOthers = socket.writableLength > 0 || socket.writableCorked > 0
      if (isBehindOthers || !probe.isFlushed()) return probe.send(at, length, whenRoom)
      scratch ??= Buffer.allocUnsafeSlow(SCRATCH_BYTES)
      const piece = scratch.subarray(0, length)
      direct.copy(piece, at)
      socket.write(piece, (error) => error || afterPiece(whenRoom))
      return length
    },
    close: () => takeBack?.(),
  }
}
