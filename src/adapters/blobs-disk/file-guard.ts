import { type FileHandle, stat } from 'node:fs/promises'
import type { Failure } from '../../domain/failure.ts'
import type { BlobIdentity } from '../../ports/blob-source.ts'
import { blobChanged, blobUnreadable, describeChange, identityOf } from './identity.ts'

/** Watches over an open file. Everything that looks fails with `blob.changed` when it is not the same any more. */
export interface FileGuard {
  /** Size and time of the open file. Once they differed the file stays lost: they can be put back, the bytes cannot. */
  checkHandle(): Promise<void>
  /** The open file, and that the path still leads to it. */
  check(): Promise<void>
  /** The same, unless it was done less than `recheckMs` ago. */
  recheck(): Promise<void>
  /** True when `recheck` would do nothing. */
  isFresh(): boolean
}

/** `recheckMs`: for how long a file found unchanged counts as unchanged. */
export function createFileGuard(handle: FileHandle, identity: BlobIdentity, recheckMs: number): FileGuard {
  const { path } = identity
  let lost: Failure | undefined
  let checkedAt = Number.NEGATIVE_INFINITY
  let checking: Promise<void> | undefined

  const checkHandle = async (): Promise<void> => {
    if (lost) throw lost
    const what = describeChange(identity, identityOf(path, await handle.stat({ bigint: true })))
    if (!what) return
    lost = blobChanged(path, what)
    throw lost
  }

  /** Not remembered: a file moved away and back is the same file again. */
  const checkPath = async (): Promise<void> => {
    const stats = await stat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') throw blobChanged(path, 'was removed', error)
      throw blobUnreadable(path, error)
    })
    const what = describeChange(identity, identityOf(path, stats))
    if (what) throw blobChanged(path, what)
  }

  const check = async (): Promise<void> => {
    const startedAt = performance.now()
    await checkHandle()
    await checkPath()
    checkedAt = startedAt
  }

  const isFresh = () => !lost && performance.now() - checkedAt < recheckMs

  const recheck = async (): Promise<void> => {
    if (isFresh()) return
    checking ??= check().finally(() => {
      checking = undefined
    })
    await checking
  }

  return { checkHandle, check, recheck, isFresh }
}
