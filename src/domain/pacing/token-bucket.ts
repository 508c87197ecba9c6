/** Bytes that may go: earned at a steady rate, and saved up to a burst. Times in milliseconds, by the caller's clock. */
export interface TokenBucket {
  readonly burstBytes: number
  /** Fewer than these are not worth a write, unless no more are wanted. */
  readonly quantumBytes: number
  /** Whole bytes that may go now. */
  available(nowMs: number): number
  take(bytes: number): void
  /** Returns what was taken and not used after all. */
  giveBack(bytes: number): void
  /** Milliseconds until so many may go, 0 when they may now. More than the burst never are. */
  waitMs(bytes: number, nowMs: number): number
}

/** Short enough that no switch on the way has to drop; long enough that a timer that comes late costs nothing. */
const BURST_MS = 50
const QUANTUM_MS = 10
const QUANTUM_BYTES = { least: 1024, most: 256 * 1024 }
/** What is lost in sums of fractions of a byte. */
const ROUNDING = 1e-6

/** A full bucket; without a rate one that never runs dry. */
export function createTokenBucket(bytesPerSecond: number | undefined): TokenBucket {
  if (bytesPerSecond === undefined) return ENDLESS
  const perMs = bytesPerSecond / 1000
  const quantumBytes = Math.floor(
    Math.min(QUANTUM_BYTES.most, Math.max(QUANTUM_BYTES.least, perMs * QUANTUM_MS)),
  )
  const burstBytes = Math.floor(Math.max(perMs * BURST_MS, quantumBytes * 2))
  let left = burstBytes
  let at: number | undefined
  const refill = (nowMs: number): void => {
    const passedMs = Math.max(0, nowMs - (at ?? nowMs))
    left = Math.min(burstBytes, left + passedMs * perMs)
    at = Math.max(nowMs, at ?? nowMs)
  }
  return {
    burstBytes,
    quantumBytes,
    available(nowMs) {
      refill(nowMs)
      return Math.max(0, Math.floor(left + ROUNDING))
    },
    take(bytes) {
      left -= bytes
    },
    giveBack(bytes) {
      left = Math.min(burstBytes, left + bytes)
    },
    waitMs(bytes, nowMs) {
      refill(nowMs)
      const missing = Math.min(bytes, burstBytes) - left
      return missing <= ROUNDING ? 0 : missing / perMs
    },
  }
}

const ENDLESS: TokenBucket = {
  burstBytes: Number.POSITIVE_INFINITY,
  quantumBytes: QUANTUM_BYTES.most,
  available: () => Number.POSITIVE_INFINITY,
  take: () => undefined,
  giveBack: () => undefined,
  waitMs: () => 0,
}
