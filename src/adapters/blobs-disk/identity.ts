import type { BigIntStats } from 'node:fs'
import { Failure } from '../../domain/failure.ts'
import type { BlobIdentity } from '../../ports/blob-source.ts'

/** What the file system says of an open file or a path, as an identity. */
export function identityOf(path: string, stats: BigIntStats): BlobIdentity {
  return {
    path,
    sizeBytes: Number(stats.size),
    modifiedNs: String(stats.mtimeNs),
    inode: `${stats.dev}:${stats.ino}`,
  }
}

/** What became of the file, as the end of a sentence; `undefined` when it is still the one that was opened. */
export function describeChange(opened: BlobIdentity, now: BlobIdentity): string | undefined {
  if (now.inode !== opened.inode) return 'was replaced by another file'
  if (now.sizeBytes < opened.sizeBytes) {
    return `was truncated from ${opened.sizeBytes} to ${now.sizeBytes} bytes`
  }
  if (now.sizeBytes > opened.sizeBytes) return `grew from ${opened.sizeBytes} to ${now.sizeBytes} bytes`
  if (now.modifiedNs !== opened.modifiedNs) return 'was written to'
  return undefined
}

/** Failure `blob.changed`; `what` is the end of a sentence that begins with the path. */
export function blobChanged(path: string, what: string, cause?: unknown): Failure {
  return new Failure(
    'blob.changed',
    `${path} ${what} while it was in use. Put the original file back, or add the new one as an installer`,
    { path },
    cause,
  )
}

/** Failure `blob.not-found` or `blob.unreadable` for an error of the file system. */
export function blobUnreadable(path: string, cause: unknown): Failure {
  const { code = 'unknown error' } = cause as NodeJS.ErrnoException
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new Failure('blob.not-found', `there is no file ${path}. Check the path`, { path }, cause)
  }
  const remedy =
    code === 'EACCES' || code === 'EPERM'
      ? 'make it readable for the user Edgeboot runs as'
      : 'check the disk or the network drive it lies on'
  return new Failure('blob.unreadable', `${path} cannot be read (${code}): ${remedy}`, { path, code }, cause)
}
