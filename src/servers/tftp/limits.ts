import type { RateLimit } from '../../domain/rate-limit.ts'

/** What one TFTP server puts up with. Times in milliseconds, sizes in bytes. */
export interface TftpLimits {
  /** Waited for an acknowledgement before the same is sent again, if the client asks for no other time; then twice as long each time … */
  readonly retryMs: number
  /** … up to this, or to what the client asked for if that is more. */
  readonly longestRetryMs: number
  /** How often the same is sent in all, until a client that acknowledges nothing of it is given up. */
  readonly tries: number
  /** A transfer that is not over by then is ended. */
  readonly lifeMs: number
  /** Blocks are not larger, whatever is asked: 1468 fill a packet of 1500 with its IP, UDP and TFTP headers. At least 512. */
  readonly maxBlockSize: number
  /** Blocks sent before an acknowledgement is waited for, whatever is asked. */
  readonly maxWindowSize: number
  /** Bytes of one transfer on their way; large blocks make the window smaller. */
  readonly maxWindowBytes: number
  /** Larger files are refused. */
  readonly maxFileBytes: number
  /** Transfers at a time, in all. */
  readonly maxTransfers: number
  /** Transfers at a time to one address. Whoever is behind the same NAT shares them. */
  readonly maxTransfersPerAddress: number
  /** Requests of one address, and packets of it that belong to no transfer; more are not answered. */
  readonly requests: RateLimit
}

/** As documented in docs/reference/tftp.md. */
export const DEFAULT_TFTP_LIMITS: TftpLimits = {
  retryMs: 1000,
  longestRetryMs: 8000,
  tries: 6,
  lifeMs: 10 * 60_000,
  maxBlockSize: 1468,
  maxWindowSize: 64,
  maxWindowBytes: 128 * 1024,
  maxFileBytes: 128 * 1024 * 1024,
  maxTransfers: 512,
  maxTransfersPerAddress: 16,
  requests: { perSecond: 50, burst: 200 },
}
