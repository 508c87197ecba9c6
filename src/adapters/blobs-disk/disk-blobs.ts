import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Failure } from '../../domain/failure.ts'
import type { BlobSource } from '../../ports/blob-source.ts'
import { createChunkCache } from './chunk-cache.ts'
import { createDiskBlob } from './disk-blob.ts'
import { blobUnreadable, identityOf } from './identity.ts'
import { loadSystemCalls } from './system-calls.ts'

export interface DiskBlobsOptions {
  /** Bytes of lately read chunks kept for all readers together. Default 32 MiB. */
  readonly cacheBytes?: number
  /** Reads that run at a time, each holding one chunk. Default 8. */
  readonly parallelReads?: number
  /** For how long a file found unchanged counts as unchanged. Default 250 ms. */
  readonly recheckMs?: number
  /** Whether to use what only some systems can do (docs/decisions/0011). Default true. */
  readonly isDirect?: boolean
}

/**
 * Files of the local file system as blobs. All blobs of one source share one cache of aligned 1 MiB chunks, by
 * identity: many hosts that read the same ISO cost one read. Arrays returned by `read` may be shared with other
 * readers and must not be written to.
 */
export function createDiskBlobs(options: DiskBlobsOptions = {}): BlobSource {
  const cache = createChunkCache(options.cacheBytes ?? 32 * 1024 * 1024, options.parallelReads ?? 8)
  return {
    async open(path) {
      const absolute = resolve(path)
      const handle = await openForReading(absolute)
      try {
        const stats = await handle.stat({ bigint: true })
        if (!stats.isFile()) {
          throw new Failure('blob.unreadable', `${absolute} is not a regular file. Name the file itself`, {
            path: absolute,
          })
        }
        const calls = options.isDirect === false ? undefined : await loadSystemCalls()
        return createDiskBlob(handle, identityOf(absolute, stats), cache, options.recheckMs ?? 250, calls)
      } catch (error) {
        await handle.close()
        throw error instanceof Failure ? error : blobUnreadable(absolute, error)
      }
    },
  }
}

/** O_NONBLOCK: opening a named pipe must not wait for somebody who writes to it. */
async function openForReading(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    throw blobUnreadable(path, error)
  }
}
