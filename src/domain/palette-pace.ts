/** When a host is asked for: 30 s after it booted, then every 10 s, for 20 min (Palette's Terraform provider). */
export const REGISTRATION_PACE = {
  initialDelayMs: 30_000,
  intervalMs: 10_000,
  timeoutMs: 20 * 60_000,
} as const

/**
 * Calls per second and burst we allow ourselves. Palette allows 10 per second and address, 50 at once (its API
 * introduction); half of it is left to the people and tools that share our address.
 */
export const PALETTE_RATE = { perSecond: 5, burst: 20 } as const

/** A token bucket at one moment. `at` is epoch milliseconds. */
export interface Bucket {
  readonly tokens: number
  readonly at: number
  /** Nobody may call before this; epoch milliseconds. */
  readonly closedUntil: number
}

export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

export function fullBucket(rate: Rate, now: number): Bucket {
  return { tokens: rate.burst, at: now, closedUntil: 0 }
}

/** Takes one call out of the bucket, or says how long to wait until it is worth asking again, in milliseconds. */
export function takeCall(
  bucket: Bucket,
  rate: Rate,
  now: number,
): { readonly bucket: Bucket; readonly waitMs: number } {
  // A clock that was set back neither mints tokens nor closes the bucket for longer than was asked for.
  const passedMs = Math.max(0, now - bucket.at)
  const tokens = Math.min(rate.burst, bucket.tokens + (passedMs / 1000) * rate.perSecond)
  const refilled = { ...bucket, tokens, at: now }
  if (now < bucket.closedUntil) return { bucket: refilled, waitMs: bucket.closedUntil - now }
  if (tokens >= 1) return { bucket: { ...refilled, tokens: tokens - 1 }, waitMs: 0 }
  return { bucket: refilled, waitMs: Math.ceil(((1 - tokens) / rate.perSecond) * 1000) }
}

/** Closes the bucket for everybody, because Palette said that it is too much; never opens it earlier. */
export function closeBucket(bucket: Bucket, until: number): Bucket {
  return { ...bucket, tokens: 0, closedUntil: Math.max(bucket.closedUntil, until) }
}

/** The interval, a tenth more or less, so that hosts that started together do not stay in step. `byte` is random. */
export function jitter(ms: number, byte: number): number {
  return Math.round(ms * (0.9 + (0.2 * byte) / 255))
}
