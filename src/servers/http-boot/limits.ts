import type { RateLimit } from '../../domain/rate-limit.ts'

/** What one boot listener puts up with. Times in milliseconds, sizes in bytes. */
export interface BootLimits {
  /** A client that accepts no byte for this long is let go: generous, because iPXE pauses to draw and to decompress. */
  readonly stallMs: number
  /** How long transfers may go on after closing began. */
  readonly closeGraceMs: number
  /** Time for all the headers of a request, from the connection or the end of the request before. */
  readonly headersTimeoutMs: number
  /** Time for a whole request with its body. */
  readonly requestTimeoutMs: number
  /** How long a connection may idle between requests. */
  readonly keepAliveTimeoutMs: number
  readonly maxConnections: number
  readonly maxHeaderBytes: number
  readonly maxHeaders: number
  readonly maxUrlBytes: number
  readonly maxBodyBytes: number
  /** Requests of one address; hundreds of hosts may be behind one, each with a dozen requests. */
  readonly requests: RateLimit
  /** Requests of one address for what is not there: whoever guesses is soon not answered any more. */
  readonly misses: RateLimit
  /** Failed TLS handshakes of one address that are logged. */
  readonly handshakes: RateLimit
  /** Bytes on their way to all clients together; each gets its share, never less than 32 KiB. */
  readonly maxBytesInFlight: number
}

/** As documented in docs/reference/boot-listener.md. */
export const DEFAULT_BOOT_LIMITS: BootLimits = {
  stallMs: 120_000,
  closeGraceMs: 2_000,
  headersTimeoutMs: 20_000,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 15_000,
  maxConnections: 4096,
  maxHeaderBytes: 8 * 1024,
  maxHeaders: 64,
  maxUrlBytes: 2 * 1024,
  maxBodyBytes: 4 * 1024,
  requests: { perSecond: 500, burst: 5000 },
  misses: { perSecond: 10, burst: 200 },
  handshakes: { perSecond: 0.1, burst: 10 },
  maxBytesInFlight: 128 * 1024 * 1024,
}
