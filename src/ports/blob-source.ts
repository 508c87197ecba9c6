/** What a file was when it was opened; any difference later means other bytes. */
export interface BlobIdentity {
  readonly path: string
  readonly sizeBytes: number
  /** Modification time in nanoseconds since the epoch, as decimal text: too large for a number. */
  readonly modifiedNs: string
  /** Device and inode, `DEV:INO`. */
  readonly inode: string
}

/**
 * Ways to the bytes of an open blob that keep none of them in this process's memory. Nothing here waits but `prepare`,
 * as long as all else is asked for only what is ready or was just prepared. Failures as those of `read`.
 */
export interface DirectReads {
  /** True when the file was the same a moment ago, and the bytes lie where no disk has to be waited for. */
  isReady(offsetBytes: number, lengthBytes: number): boolean
  /** Makes it so; a system that cannot tell may say afterwards that it is not. */
  prepare(offsetBytes: number, lengthBytes: number, signal: AbortSignal): Promise<void>
  /** Fills `into`. */
  copy(into: Uint8Array, offsetBytes: number): void
  /**
   * Lets the system hand bytes to a socket, named by its file descriptor: how many it took, fewer than asked for when it
   * is full. `undefined` when the system cannot do that with this file.
   */
  handOver(socket: number, offsetBytes: number, lengthBytes: number): number | undefined
  /**
   * Calls back, never at once and up to a few milliseconds late, when such a socket has room again: looking after all of
   * them together costs less than each by itself. Returns what takes that back, to be called when the socket is closed
   * before; `undefined` when the system cannot tell.
   */
  whenRoom(socket: number, tell: () => void): (() => void) | undefined
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
  /**
   * Where there is such a way. What was sent by it is known to be of the unchanged file only after `verify` or `read`:
   * whoever sends so must not send the last bytes before.
   */
  readonly direct?: DirectReads
}

export interface BlobSource {
  /** Failure `blob.not-found` or `blob.unreadable` with the path and what to do. */
  open(path: string): Promise<RandomAccess>
}

/** A text key that is the same exactly when the identity is the same. */
export function identityKey(identity: BlobIdentity): string {
  return [identity.inode, identity.sizeBytes, identity.modifiedNs, identity.path].join('|')
}
