import type { ServerResponse } from 'node:http'
import type { DirectReads } from '../../../../ports/blob-source.ts'
import { alignedBytes } from '../pieces.ts'

/** They end where a page of memory does, or all that follows would be sent in pieces of pages. */
const PAGE_BYTES = 4096

/** A few bytes that take the usual way through the response: how Node.js tells that a connection has room again. */
export interface Probe {
  /** Sends some of these bytes, says how many, and calls back when the connection has taken all that was written. */
  send(at: number, length: number, whenRoom: () => void): number
  /** False until it was used and came through: the head of the answer may still be on its way. */
  isFlushed(): boolean
}

export function createProbe(direct: DirectReads, response: ServerResponse): Probe {
  let isFlushed = false
  return {
    isFlushed: () => isFlushed,
    send(at, length, whenRoom) {
      const bytes = new Uint8Array(Math.min(alignedBytes(at, PAGE_BYTES), length))
      direct.copy(bytes, at)
      isFlushed = false
      response.write(bytes, (error) => {
        if (error) return
        isFlushed = true
        whenRoom()
      })
      return bytes.length
    },
  }
}
