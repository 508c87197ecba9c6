/** How much somebody may ask: `burst` at once, and `perSecond` in the long run. */
export interface RateLimit {
  readonly perSecond: number
  readonly burst: number
}

/** Counts what each key (an address, say) asks. Memory is bounded: who asked longest ago is forgotten first. */
export interface RateLimiter {
  /** Takes one, or `amount`, from what the key may ask. `now` in milliseconds. False when there is not so much left. */
  take(key: string, now: number, amount?: number): boolean
  /** Whether there is something left, without taking it. */
  has(key: string, now: number): boolean
}

/** Keys known at a time. */
const MAX_KEYS = 10_000

/** A token bucket for each key. */
export function createRateLimiter({ perSecond, burst }: RateLimit): RateLimiter {
  const buckets = new Map<string, { readonly left: number; readonly at: number }>()

  function leftAt(key: string, now: number): number {
    const bucket = buckets.get(key)
    if (!bucket) return burst
    return Math.min(burst, bucket.left + (Math.max(0, now - bucket.at) / 1000) * perSecond)
  }

  return {
    has: (key, now) => leftAt(key, now) >= 1,
    take: (key, now, amount = 1) => {
      const left = leftAt(key, now)
      const isAllowed = left >= amount
      buckets.delete(key)
      buckets.set(key, { left: isAllowed ? left - amount : left, at: now })
      const oldest = buckets.size > MAX_KEYS ? buckets.keys().next().value : undefined
      if (oldest !== undefined) buckets.delete(oldest)
      return isAllowed
    },
  }
}
