/** How bytes of a blob get into one connection. Positions and lengths are those of the blob, in bytes. */
export interface Way {
  /**
   * True where `send` takes one piece, and the connection may take another as soon as the event loop has come round; not where that has to be
   * prepared first.
   */
  readonly isInPieces?: boolean
  /** Bytes to send next at most, from there on. */
  pieceBytes(at: number): number
  /** True when `send` would not have to wait for them. */
  isReady(at: number, length: number): boolean
  /** Waits for that. Fails as reads of the blob do. */
  prepare(at: number, length: number, signal: AbortSignal): Promise<void>
  /**
   * Sends, without waiting, and says how many bytes the connection took; none when it is gone or another way has to be tried. `whenRoom` is
   * called when it takes more, at once where it does. Throws as reads of the blob fail.
   */
  send(at: number, length: number, whenRoom: () => void): number
  /** Nothing is sent any more, because all is or the connection is gone. */
  close?(): void
}
