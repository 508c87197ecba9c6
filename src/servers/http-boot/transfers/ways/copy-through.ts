import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { DirectReads } from '../../../../ports/blob-source.ts'
import { alignedBytes } from '../pieces.ts'
import { createProbe } from './probe.ts'
import type { Way } from './way.ts'

/** Pieces are never longer, see pieceBytesFor. */
const SCRATCH_BYTES = 1024 * 1024
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
  return {
    isInPieces: true,
    pieceBytes: (at) => alignedBytes(at, pieceBytes()),
    isReady: direct.isReady,
    prepare: direct.prepare,
    send(at, length, whenRoom) {
      const isBehindOthers = socket.writableLength > 0 || socket.writableCorked > 0
      if (isBehindOthers || !probe.isFlushed()) return probe.send(at, length, whenRoom)
      scratch ??= Buffer.allocUnsafeSlow(SCRATCH_BYTES)
      const piece = scratch.subarray(0, length)
      direct.copy(piece, at)
      socket.write(piece, (error) => error || whenRoom())
      return length
    },
  }
}
