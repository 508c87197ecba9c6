import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { constants as osConstants, setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { isFailure } from '../../domain/failure.ts'
import type { DigestJob, DigestReply } from './digest-job.ts'
import { blobChanged, blobUnreadable, describeChange, identityOf } from './identity.ts'

const PIECE_BYTES = 1024 * 1024
/** Pieces between two looks at whether the file is still the same. */
const PIECES_PER_CHECK = 64

// On Linux a priority belongs to a thread, so this makes only the worker yield to the one that serves hosts.
// Elsewhere it would slow down the whole process.
if (process.platform === 'linux') setPriority(0, osConstants.priority.PRIORITY_BELOW_NORMAL)

const buffer = Buffer.allocUnsafeSlow(PIECE_BYTES)

/** Hex SHA-256, or `undefined` when cancelled. */
function digest({ identity, extents, cancelled }: DigestJob): string | undefined {
  const flag = new Int32Array(cancelled)
  const file = openSync(identity.path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const check = () => {
      for (const stats of [fstatSync(file, { bigint: true }), statSync(identity.path, { bigint: true })]) {
        const what = describeChange(identity, identityOf(identity.path, stats))
        if (what) throw blobChanged(identity.path, what)
      }
    }
    const hash = createHash('sha256')
    let pieces = 0
    for (const { offsetBytes, lengthBytes } of extents) {
      for (let done = 0; done < lengthBytes; ) {
        if (Atomics.load(flag, 0) !== 0) return undefined
        if (pieces++ % PIECES_PER_CHECK === 0) check()
        const wanted = Math.min(PIECE_BYTES, lengthBytes - done)
        const read = readSync(file, buffer, 0, wanted, offsetBytes + done)
        if (read === 0) throw blobChanged(identity.path, `ended before byte ${offsetBytes + lengthBytes}`)
        hash.update(buffer.subarray(0, read))
        done += read
      }
    }
    check()
    return hash.digest('hex')
  } finally {
    closeSync(file)
  }
}

function answer(job: DigestJob): DigestReply {
  const { id, identity } = job
  try {
    const sha256 = digest(job)
    return sha256 === undefined ? { id, kind: 'cancelled' } : { id, kind: 'digest', sha256 }
  } catch (error) {
    const failure = isFailure(error) ? error : blobUnreadable(identity.path, error)
    const code =
      failure.code === 'blob.changed' || failure.code === 'blob.not-found' ? failure.code : undefined
    return { id, kind: 'failed', code: code ?? 'blob.unreadable', message: failure.message }
  }
}

parentPort?.on('message', (job: DigestJob) => parentPort?.postMessage(answer(job)))
