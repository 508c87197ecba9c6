/** What the control listener puts up with. Times in milliseconds, sizes in bytes. */
export interface ControlLimits {
  /** Time for all the headers of a request. */
  readonly headersTimeoutMs: number
  /** Time for a whole request with its body: a large fleet over a slow line. */
  readonly requestTimeoutMs: number
  /** An upload, whose whole time is not limited, of which nothing comes for this long is ended. */
  readonly uploadIdleMs: number
  /** How long the rest of an upload that was refused is received and thrown away. */
  readonly refusedUploadMs: number
  readonly keepAliveTimeoutMs: number
  /** How long answers under way may go on after closing began. */
  readonly closeGraceMs: number
  readonly maxConnections: number
  readonly maxHeaderBytes: number
  /** Body of a request, except one that carries a fleet. */
  readonly maxBodyBytes: number
  /** Followers of events at the same time. */
  readonly maxStreams: number
  /** Events that wait for one follower; with one more it is let go, and can come back to where it was. */
  readonly maxQueuedEvents: number
  /** A follower is told at least this often that the connection lives. */
  readonly heartbeatMs: number
  /** A follower that accepts nothing for this long is let go. */
  readonly stallMs: number
  readonly maxSessions: number
  readonly sessionMs: number
  /** Failed attempts to log in from one address within `attemptWindowMs`. */
  readonly maxAttempts: number
  readonly attemptWindowMs: number
}

/** As documented in docs/reference/api.md. */
export const DEFAULT_CONTROL_LIMITS: ControlLimits = {
  headersTimeoutMs: 20_000,
  requestTimeoutMs: 120_000,
  uploadIdleMs: 60_000,
  refusedUploadMs: 10_000,
  keepAliveTimeoutMs: 15_000,
  closeGraceMs: 2_000,
  maxConnections: 512,
  maxHeaderBytes: 16 * 1024,
  maxBodyBytes: 256 * 1024,
  maxStreams: 128,
  maxQueuedEvents: 2_000,
  heartbeatMs: 15_000,
  stallMs: 60_000,
  maxSessions: 1_000,
  sessionMs: 12 * 3_600_000,
  maxAttempts: 20,
  attemptWindowMs: 60_000,
}
