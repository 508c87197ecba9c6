import { Failure } from '../../src/domain/failure.ts'
import type { RandomAccess } from '../../src/ports/blob-source.ts'

/** Bytes in memory as a blob that counts reads and tells of every one outside of it. */
export interface WatchedBlob extends RandomAccess {
  readonly reads: number
  readonly outside: readonly string[]
}

export function watchedBlob(bytes: Uint8Array): WatchedBlob {
  let reads = 0
  const outside: string[] = []
  return {
    identity: { path: '/test.iso', sizeBytes: bytes.length, modifiedNs: '1', inode: '1:1' },
    get reads() {
      return reads
    },
    outside,
    read: async (offset, length) => {
      reads += 1
      if (offset < 0 || length < 0 || offset + length > bytes.length) {
        outside.push(`${offset}+${length}`)
        throw new Failure('usage.invalid', 'outside')
      }
      return bytes.slice(offset, offset + length)
    },
    verify: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  }
}
