/** A server that says nothing for so long is given up. Milliseconds. */
export const SILENCE_MS = 60_000
/** No file of an installer is larger; a server that goes on sending is not one of ours. */
export const MAX_BODY_BYTES = 64 * 1024 ** 3

/** Of a `Retry-After` in seconds (RFC 9110 §10.2.3); dates are not read. */
export function secondsOf(retryAfter: string | undefined): { readonly retryAfterSeconds?: number } {
  return /^\d{1,6}$/.test(retryAfter ?? '') ? { retryAfterSeconds: Number(retryAfter) } : {}
}
