/** An answer as it was seen from outside. Times in milliseconds. */
export interface Fetched {
  readonly status: number
  readonly firstByteMs: number
  readonly durationMs: number
  /** Of the body. */
  readonly bytes: number
  /** The body, where it was wanted; at most 64 KiB of it. */
  readonly text: string
  /** Of a `Retry-After` in seconds (RFC 9110 §10.2.3). */
  readonly retryAfterSeconds?: number
}

export interface FetchOptions {
  readonly keepText?: boolean
  /** First byte that is wanted (RFC 9110 §14.2). */
  readonly from?: number
  /** Takes no more than so much, as a machine does behind a slow link. */
  readonly bytesPerSecond?: number
  /** Goes away after so many bytes, as a machine does whose connection breaks. */
  readonly breakAfterBytes?: number
}

/** Asks a boot listener as machines do: each time over a connection of its own. Rejects with an Error when it cannot. */
export interface BootFetcher {
  get(url: string, options: FetchOptions, signal: AbortSignal): Promise<Fetched>
  postJson(url: string, body: unknown, signal: AbortSignal): Promise<Fetched>
}
