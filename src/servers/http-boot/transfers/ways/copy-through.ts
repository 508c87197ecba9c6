import type { ServerResponse } from 'node:http'
import type { DirectReads } from '../../../../ports/blob-source.ts'
import type { Buffers } from '../buffers.ts'
import { alignedBytes } from '../pieces.ts'
import type { Way } from './way.ts'

/** Out of the system's memory into a buffer that is used again and again, and from there into the connection, as HTTPS needs it. */
export function copyThrough(
  direct: DirectReads,
  response: ServerResponse,
  buffers: Buffers,
  pieceBytes: () => number,
): Way {
  return {
    pieceBytes: (at) => alignedBytes(at, pieceBytes()),
    isReady: direct.isReady,
    prepare: direct.prepare,
    send(at, length, whenRoom) {
      const buffer = buffers.take(length)
      direct.copy(buffer, at)
      response.write(buffer, (error) => {
        buffers.giveBack(buffer)
        if (!error) whenRoom()
      })
      return length
    },
  }
}
