import { readSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { Failure } from '../../domain/failure.ts'
import { type BlobIdentity, identityKey, type RandomAccess } from '../../ports/blob-source.ts'
import type { ChunkCache } from './chunk-cache.ts'
import { createDirectReads } from './direct-reads.ts'
import { createFileGuard } from './file-guard.ts'
import { blobChanged, blobUnreadable } from './identity.ts'
import type { SystemCalls } from './system-calls.ts'

/** Size and alignment of what is read from the disk and shared between readers. */
const CHUNK_BYTES = 1024 * 1024
/** Pieces up to this size are copied out of a chunk, so that a slow reader of little does not hold a lot. */
const COPIED_BYTES = CHUNK_BYTES / 2
/** Up to here reading what is in memory is a matter of microseconds. */
const SMALL_BYTES = 64 * 1024

/**
 * An open file. Every chunk is checked after it was read and before anybody gets it: the file that was opened
 * still has its size and time, so bytes of two versions never mix. Whether the path still leads to that file is
 * looked at again at most every `recheckMs`.
 */
export function createDiskBlob(
  handle: FileHandle,
  identity: BlobIdentity,
  cache: ChunkCache,
  recheckMs: number,
  calls: SystemCalls | undefined,
): RandomAccess {
  const { path, sizeBytes } = identity
  const key = identityKey(identity)
  const guard = createFileGuard(handle, identity, recheckMs)
  const reads = new Set<Promise<unknown>>()
  let closed = false

  const isAtHand = (offsetBytes: number, lengthBytes: number): boolean =>
    lengthBytes > 0 &&
    lengthBytes <= SMALL_BYTES &&
    !!calls?.isInMemory(handle.fd, offsetBytes + lengthBytes - 1)

  const readFile = async (offsetBytes: number, lengthBytes: number): Promise<Uint8Array> => {
    const read = isAtHand(offsetBytes, lengthBytes) ? readNow : readAside
    const bytes = await readFully(handle, read, offsetBytes, lengthBytes)
    await guard.checkHandle()
    if (!bytes) throw blobChanged(path, `ended before byte ${offsetBytes + lengthBytes}`)
    return bytes
  }

  /** Bytes out of a chunk that is at hand, or `undefined`. */
  const peekPiece = (offsetBytes: number, lengthBytes: number): Uint8Array | undefined => {
    const within = offsetBytes % CHUNK_BYTES
    const chunk = cache.peek(`${offsetBytes - within}|${key}`)
    return chunk && pieceOf(chunk, within, lengthBytes)
  }

  /** Bytes of one chunk. */
  const readPiece = async (offsetBytes: number, lengthBytes: number): Promise<Uint8Array> => {
    const within = offsetBytes % CHUNK_BYTES
    const start = offsetBytes - within
    const chunkKey = `${start}|${key}`
    // Who begins at a chunk will want the rest of it; who comes back for the rest when it is gone reads only that.
    const wantsAll = within === 0 || lengthBytes > COPIED_BYTES
    if (!wantsAll && !cache.has(chunkKey)) return readFile(offsetBytes, lengthBytes)
    const load = () => readFile(start, Math.min(CHUNK_BYTES, sizeBytes - start))
    return pieceOf(await cache.get(chunkKey, load), within, lengthBytes)
  }

  const readRange = async (offsetBytes: number, lengthBytes: number): Promise<Uint8Array> => {
    await guard.recheck()
    const first = Math.min(lengthBytes, CHUNK_BYTES - (offsetBytes % CHUNK_BYTES))
    if (first === lengthBytes) return readPiece(offsetBytes, lengthBytes)
    const joined = Buffer.allocUnsafeSlow(lengthBytes)
    for (let done = 0; done < lengthBytes; ) {
      const at = offsetBytes + done
      const length = Math.min(lengthBytes - done, CHUNK_BYTES - (at % CHUNK_BYTES))
      joined.set(await readPiece(at, length), done)
      done += length
    }
    return joined
  }

  const assertOpen = (): void => {
    if (closed) throw new Failure('blob.unreadable', `${path} was closed already`, { path })
  }

  /** Closing waits for what is under way: a file descriptor in use must not be given back. */
  const track = async <T>(work: () => Promise<T>): Promise<T> => {
    assertOpen()
    const running = work().catch((error) => {
      throw error instanceof Failure ? error : blobUnreadable(path, error)
    })
    reads.add(running)
    try {
      return await running
    } finally {
      reads.delete(running)
    }
  }

  const direct = calls && createDirectReads({ handle, identity, guard, calls, assertOpen })
  return {
    identity,
    ...(direct && {
      direct: {
        ...direct,
        prepare: (offsetBytes, lengthBytes, signal) =>
          orAborted(
            track(() => direct.prepare(offsetBytes, lengthBytes)),
            signal,
          ),
      },
    }),
    async read(offsetBytes, lengthBytes, signal) {
      signal?.throwIfAborted()
      checkBounds(identity, offsetBytes, lengthBytes)
      // The way nearly all reads go when many hosts boot, so it does nothing that can be left out.
      const isInOneChunk = (offsetBytes % CHUNK_BYTES) + lengthBytes <= CHUNK_BYTES
      const atHand =
        isInOneChunk && !closed && guard.isFresh() ? peekPiece(offsetBytes, lengthBytes) : undefined
      return (
        atHand ??
        orAborted(
          track(() => readRange(offsetBytes, lengthBytes)),
          signal,
        )
      )
    },
    verify: () => track(guard.recheck),
    async [Symbol.asyncDispose]() {
      if (closed) return
      closed = true
      await Promise.allSettled(reads)
      await handle.close()
    },
  }
}

/** Fills what it can of these bytes and says how many; 0 at the end of the file. */
type Read = (handle: FileHandle, into: Uint8Array, offsetBytes: number) => number | Promise<number>

/** What is in memory already, without the way through another thread, which takes longer than such a copy. */
const readNow: Read = ({ fd }, into, offsetBytes) => readSync(fd, into, 0, into.length, offsetBytes)

const readAside: Read = async (handle, into, offsetBytes) =>
  (await handle.read(into, 0, into.length, offsetBytes)).bytesRead

/** `undefined` when the file ends before. */
async function readFully(
  handle: FileHandle,
  read: Read,
  offsetBytes: number,
  lengthBytes: number,
): Promise<Uint8Array | undefined> {
  const bytes = Buffer.allocUnsafeSlow(lengthBytes)
  for (let filled = 0; filled < lengthBytes; ) {
    const count = await read(handle, bytes.subarray(filled), offsetBytes + filled)
    if (count === 0) return undefined
    filled += count
  }
  return bytes
}

function pieceOf(chunk: Uint8Array, offsetBytes: number, lengthBytes: number): Uint8Array {
  if (lengthBytes === chunk.length) return chunk
  const piece = chunk.subarray(offsetBytes, offsetBytes + lengthBytes)
  return lengthBytes <= COPIED_BYTES ? new Uint8Array(piece) : piece
}

function checkBounds({ path, sizeBytes }: BlobIdentity, offsetBytes: number, lengthBytes: number): void {
  const isPosition = (value: number) => Number.isSafeInteger(value) && value >= 0
  if (isPosition(offsetBytes) && isPosition(lengthBytes) && offsetBytes + lengthBytes <= sizeBytes) return
  throw new Failure(
    'usage.invalid',
    `bytes ${offsetBytes} to ${offsetBytes + lengthBytes} lie outside ${path}, which has ${sizeBytes}`,
    { path, offsetBytes, lengthBytes, sizeBytes },
  )
}

/** A disk that hangs must not hold those who gave up; the read itself ends when it ends. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work
  let stop: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    if (stop) signal.removeEventListener('abort', stop)
  }
}
