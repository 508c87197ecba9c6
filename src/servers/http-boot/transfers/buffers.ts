/** Free buffers kept at most; the pieces of more clients are small ones. */
const KEPT_BYTES = 16 * 1024 * 1024

/** Buffers that go round: a new one for every piece costs the system more than the copy into it. */
export interface Buffers {
  /** One of exactly that length; what is in it is left over from before. */
  take(lengthBytes: number): Uint8Array
  /** Nobody may use it afterwards. */
  giveBack(buffer: Uint8Array): void
}

export function createBuffers(): Buffers {
  let free: Uint8Array[] = []
  let freeBytes = 0
  return {
    take(lengthBytes) {
      // The one given back last is the one most likely still in the processor's cache.
      const found = free.at(-1)
      if (!found || found.buffer.byteLength < lengthBytes) {
        return Buffer.allocUnsafeSlow(roundedUp(lengthBytes)).subarray(0, lengthBytes)
      }
      free.pop()
      freeBytes -= found.buffer.byteLength
      return new Uint8Array(found.buffer, 0, lengthBytes)
    },
    giveBack(buffer) {
      const bytes = buffer.buffer.byteLength
      // Clients came or went, so pieces have another size now: the old ones are of no use any more.
      if (free[0] && free[0].buffer.byteLength !== bytes) {
        free = []
        freeBytes = 0
      }
      if (freeBytes + bytes > KEPT_BYTES) return
      free.push(buffer)
      freeBytes += bytes
    },
  }
}

/** Pieces that an extent's end cuts short get a buffer of the usual size. */
function roundedUp(lengthBytes: number): number {
  return 2 ** Math.ceil(Math.log2(lengthBytes))
}
