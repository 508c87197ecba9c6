/** What a file was when it was opened; any difference later means other bytes. */
export interface BlobIdentity {
  readonly path: string
  readonly sizeBytes: number
  /** Modification time in nanoseconds since the epoch, as decimal text: too large for a number. */
  readonly modifiedNs: string
  /** Device and inode, `DEV:INO`. */
  readonly inode: string
}

/** Random-access reads of something large that does not change. */
export interface RandomAccess extends AsyncDisposable {
  readonly identity: BlobIdentity
  /**
   * Exactly the bytes asked for. Failure `blob.changed` when the file is no longer the one that was opened or
   * is shorter than it was, `usage.invalid` when the range lies outside it.
   */
  read(offsetBytes: number, lengthBytes: number, signal?: AbortSignal): Promise<Uint8Array>
  /** Failure `blob.changed` when the file at the path is no longer the one that was opened (size, time, inode). */
  verify(): Promise<void>
}

export interface BlobSource {
  /** Failure `blob.not-found` or `blob.unreadable` with the path and what to do. */
  open(path: string): Promise<RandomAccess>
}

/** A text key that is the same exactly when the identity is the same. */
export function identityKey(identity: BlobIdentity): string {
  return [identity.inode, identity.sizeBytes, identity.modifiedNs, identity.path].join('|')
}
