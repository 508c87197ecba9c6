/** Longest time anybody may keep us away with one answer, in milliseconds. */
const MAX_RETRY_AFTER_MS = 10 * 60_000

/**
 * `Retry-After` (RFC 9110 §10.2.3), seconds or an HTTP date, in milliseconds from `now` (epoch milliseconds), at
 * most ten minutes. `undefined` when the header is missing or is neither; the date form of asctime, which names no
 * time zone and which nobody sends any more, is neither.
 */
export function parseRetryAfterMs(header: string | undefined, now: number): number | undefined {
  const value = header?.trim() ?? ''
  if (/^\d{1,9}$/.test(value)) return Math.min(Number(value) * 1000, MAX_RETRY_AFTER_MS)
  if (!/^[A-Za-z]{3,9}, [\w :-]{10,30} GMT$/.test(value)) return undefined
  const at = Date.parse(value)
  return Number.isFinite(at) ? Math.min(Math.max(0, at - now), MAX_RETRY_AFTER_MS) : undefined
}
