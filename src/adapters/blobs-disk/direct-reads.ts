import { readSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { Failure } from '../../domain/failure.ts'
import type { BlobIdentity, DirectReads } from '../../ports/blob-source.ts'
import type { FileGuard } from './file-guard.ts'
import { blobChanged, blobUnreadable } from './identity.ts'
import { createSightings } from './sightings.ts'
import type { SystemCalls } from './system-calls.ts'

/** Read at a time, and at least, when the system does not have the bytes in memory. */
const FETCH_BYTES = 1024 * 1024
/** Hundreds of hosts ask for the same bytes within a moment, and the system forgets last what was read last. */
const SEEN_FOR_MS = { usually: 2000, shortOfMemory: 250 } as const
/** The system may be short of memory for so long after it did not have a byte. */
const SHORT_FOR_MS = 10_000
/** What sendfile(2) answers for files and file systems it cannot be used with. */
const IMPOSSIBLE = new Set(['EINVAL', 'ENOSYS', 'EOPNOTSUPP'])
/** Connections that the other side ended: their sockets tell that themselves. */
const GONE = new Set(['EPIPE', 'ECONNRESET', 'ENOTCONN'])

interface OpenFile {
  readonly handle: FileHandle
  readonly identity: BlobIdentity
  readonly guard: FileGuard
  readonly calls: SystemCalls
  /** Throws when the descriptor was given back: it may be that of another file by now. */
  readonly assertOpen: () => void
}

type Direct = Omit<DirectReads, 'prepare'> & {
  prepare(offsetBytes: number, lengthBytes: number): Promise<void>
}

/** Bytes straight out of the system's page cache. */
export function createDirectReads({ handle, identity, guard, calls, assertOpen }: OpenFile): Direct {
  const { path } = identity
  // Kept: the property of a handle asks the system's side of Node.js each time, for every piece that is sent.
  const { fd } = handle
  const endedBefore = (end: number) => blobChanged(path, `ended before byte ${end}`)
  const seen = createSightings(FETCH_BYTES)
  let missedAt = Number.NEGATIVE_INFINITY

  /** Looks at the last of them only: who reads on reads in order, and the system reads ahead in order. */
  const isInMemory = (offsetBytes: number, lengthBytes: number): boolean => {
    const last = offsetBytes + lengthBytes - 1
    const now = performance.now()
    const seenForMs = now - missedAt < SHORT_FOR_MS ? SEEN_FOR_MS.shortOfMemory : SEEN_FOR_MS.usually
    if (seen.has(last, now, seenForMs)) return true
    if (!calls.isInMemory(fd, last)) {
      missedAt = now
      return false
    }
    seen.note(last, now)
    return true
  }

  return {
    isReady(offsetBytes, lengthBytes) {
      assertOpen()
      return guard.isFresh() && isInMemory(offsetBytes, lengthBytes)
    },

    async prepare(offsetBytes, lengthBytes) {
      await guard.recheck()
      assertOpen()
      if (isInMemory(offsetBytes, lengthBytes)) return
      // Into a buffer that nobody looks at: what counts is that the system has the pages afterwards. More than was asked for,
      // as disks are slow with little and whoever reads will want the rest.
      const wanted = Math.max(lengthBytes, Math.min(FETCH_BYTES, identity.sizeBytes - offsetBytes))
      const bytes = Buffer.allocUnsafeSlow(Math.min(FETCH_BYTES, wanted))
      for (let done = 0; done < wanted; ) {
        const piece = Math.min(bytes.length, wanted - done)
        const { bytesRead } = await handle.read(bytes, 0, piece, offsetBytes + done)
        if (bytesRead === 0) throw endedBefore(offsetBytes + wanted)
        done += bytesRead
      }
    },

    whenRoom: (socket, tell) => calls.rooms?.whenRoom(socket, tell),

    copy(into, offsetBytes) {
      assertOpen()
      for (let done = 0; done < into.length; ) {
        const read = attempt(path, () => readSync(fd, into, done, into.length - done, offsetBytes + done))
        if (read === 0) throw endedBefore(offsetBytes + into.length)
        done += read
      }
    },

    handOver(socket, offsetBytes, lengthBytes) {
      assertOpen()
      try {
        const sent = calls.sendFile(socket, fd, offsetBytes, lengthBytes)
        if (sent === 0 && lengthBytes > 0) throw endedBefore(offsetBytes + lengthBytes)
        return sent ?? 0
      } catch (error) {
        const { code = '' } = error as NodeJS.ErrnoException
        if (IMPOSSIBLE.has(code)) return undefined
        if (GONE.has(code)) return 0
        throw error instanceof Failure ? error : blobUnreadable(path, error)
      }
    },
  }
}

function attempt(path: string, read: () => number): number {
  try {
    return read()
  } catch (error) {
    throw blobUnreadable(path, error)
  }
}
