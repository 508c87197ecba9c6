import type { ServerResponse } from 'node:http'
import type { RandomAccess } from '../../../../ports/blob-source.ts'
import { alignedBytes } from '../pieces.ts'
import type { Way } from './way.ts'

/** Bytes are read as everybody reads a blob, and written: works with every blob and every connection. */
export function readFirst(blob: RandomAccess, response: ServerResponse, pieceBytes: () => number): Way {
  let held: { readonly at: number; readonly bytes: Uint8Array } = { at: 0, bytes: new Uint8Array() }
  const heldFrom = (at: number): number => (at >= held.at ? Math.max(0, held.at + held.bytes.length - at) : 0)
  return {
    pieceBytes: (at) => heldFrom(at) || alignedBytes(at, pieceBytes()),
    isReady: (at, length) => heldFrom(at) >= length,
    async prepare(at, length, signal) {
      held = { at, bytes: await blob.read(at, length, signal) }
    },
    send(at, length, whenRoom) {
      const from = at - held.at
      response.write(held.bytes.subarray(from, from + length), (error) => error || whenRoom())
      return length
    },
  }
}
