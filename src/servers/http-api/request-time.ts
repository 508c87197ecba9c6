import type { IncomingMessage, Server } from 'node:http'

/** Whose body may take longer than others, and from when on it is too long after all. */
export interface RequestTime {
  /** The body of this request is not limited in time any more; who asks for that limits it by other means. */
  lift(request: IncomingMessage): void
  /** From now on it has so many milliseconds. */
  limit(request: IncomingMessage, ms: number): void
}

/**
 * Ends connections whose request has not come to its end after `timeoutMs`. Node's own `requestTimeout` does the same
 * for all requests of a server alike, so it is switched off; its `headersTimeout` stays.
 */
export function limitRequestTime(server: Server, timeoutMs: number): RequestTime {
  const timers = new WeakMap<IncomingMessage, NodeJS.Timeout>()
  server.requestTimeout = 0

  function lift(request: IncomingMessage): void {
    clearTimeout(timers.get(request))
    timers.delete(request)
  }
  function limit(request: IncomingMessage, ms: number): void {
    lift(request)
    if (request.complete || request.destroyed) return
    timers.set(
      request,
      setTimeout(() => cutOff(request), ms),
    )
  }
  // Before whoever answers, so that nobody who lifts the limit finds it set anew.
  server.prependListener('request', (request: IncomingMessage) => {
    if (!hasBody(request)) return
    limit(request, timeoutMs)
    request.once('end', () => lift(request))
    request.once('close', () => lift(request))
  })
  return { lift, limit }
}

/** Whether anything follows the headers (RFC 9112 §6). */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
}

function cutOff(request: IncomingMessage): void {
  if (!request.complete) request.socket.destroy()
}
