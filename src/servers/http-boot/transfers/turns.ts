/** Who wants no more than that does not wait for those who send megabytes. */
export const BRIEF_BYTES = 16 * 1024

/** Somebody who has bytes to send and a connection that takes some. */
export interface Turn {
  /** True where it sends a piece at a time, and asks again when the connection has taken that, once `take` has returned: the turn goes on then. */
  readonly isInPieces?: boolean
  /** True while `BRIEF_BYTES` are enough for what it wants next. */
  readonly isBrief?: boolean
  /** Sends up to so many bytes, without waiting for anything, and says how many. */
  take(allowedBytes: number): number
}

/** Who sends next: all that asked, one after the other. */
export interface Turns {
  /** Waits in line for one turn. */
  ask(turn: Turn): void
  /** True when there was a time since this was asked last at which it waited in line, not for the client or the disk. */
  wasHeldBack(): boolean
}
