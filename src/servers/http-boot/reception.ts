import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isFailure } from '../../domain/failure.ts'
import { plainAddress } from '../../domain/plain-address.ts'
import type { Log } from '../../ports/log.ts'
import { ALLOWED_METHODS, type Endpoint, maskPath, parseEndpoint, splitTarget } from './endpoints.ts'
import type { BootLimits } from './limits.ts'
import type { TransferResult } from './transfers/transfer.ts'

/** A request that has an answer. */
export interface Visit {
  readonly kind: 'welcome'
  readonly endpoint: Endpoint
  readonly query: string
}

/** A request that is turned away before its body is read. */
export interface Refusal {
  readonly kind: 'refused'
  refuse(reply: FastifyReply): FastifyReply
}

/** Looks at method, path and sizes only. */
export function receive(request: FastifyRequest, limits: BootLimits): Visit | Refusal {
  const { rawHeaders } = request.raw
  if (request.originalUrl.length > limits.maxUrlBytes) {
    return refusal(414, `the address is longer than ${limits.maxUrlBytes} bytes\n`)
  }
  if (rawHeaders.length > limits.maxHeaders * 2) return refusal(431, 'too many headers\n')
  const { path, query } = splitTarget(request.originalUrl)
  const endpoint = parseEndpoint(path)
  if (!endpoint) return { kind: 'refused', refuse: (reply) => notFound(leaveBodyUnread(reply)) }
  const allowed = ALLOWED_METHODS[endpoint.kind]
  if (allowed.includes(request.method)) return { kind: 'welcome', endpoint, query }
  return refusal(405, 'method not allowed\n', { allow: allowed.join(', ') })
}

function refusal(status: number, text: string, headers: Record<string, string> = {}): Refusal {
  return {
    kind: 'refused',
    refuse: (reply) => sendText(leaveBodyUnread(reply).headers(headers), status, text),
  }
}

/** Whatever body follows is not worth receiving: the connection ends with the answer. */
function leaveBodyUnread(reply: FastifyReply): FastifyReply {
  const { headers } = reply.request
  const hasBody = headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
  return hasBody ? reply.header('connection', 'close') : reply
}

/** Short text that nobody may keep. */
export function sendText(
  reply: FastifyReply,
  status: number,
  text: string,
  mediaType = 'text/plain; charset=utf-8',
): FastifyReply {
  return reply.code(status).header('content-type', mediaType).header('cache-control', 'no-store').send(text)
}

/** The same for an unknown path, an unknown boot and a wrong token, so that nothing can be learned from it. */
export function notFound(reply: FastifyReply): FastifyReply {
  return sendText(reply, 404, 'not found\n')
}

/** For an address that asks too much, or too often for what is not there. */
export function refuseTooMany(reply: FastifyReply): FastifyReply {
  return sendText(leaveBodyUnread(reply).header('retry-after', '5'), 429, 'too many requests\n')
}

/** A host that asks while the state cannot be looked at is to ask again: never is it installed on a guess. */
const RETRY_AFTER_SECONDS = 5

/** Errors of the framework keep their status; all others are ours and say nothing to strangers. */
export function refuseError(error: unknown, reply: FastifyReply, log: Log): FastifyReply {
  const status = (error as { readonly statusCode?: unknown }).statusCode
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return sendText(leaveBodyUnread(reply), status, status === 413 ? 'too large\n' : 'bad request\n')
  }
  log.error({ err: error, path: maskPath(splitTarget(reply.request.originalUrl).path) }, 'request failed')
  if (isFailure(error, 'store.failed', 'store.locked')) {
    return sendText(reply.header('retry-after', String(RETRY_AFTER_SECONDS)), 503, 'ask again\n')
  }
  return sendText(reply, 500, 'internal error\n')
}

const PARSER_ERRORS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

/** For what is not HTTP, too long or too slow. Never written into an answer that has begun. */
export function refuseUnreadable(error: Error & { readonly code?: string }, socket: Socket): void {
  if (socket.writable && socket.bytesWritten === 0 && error.code !== 'ECONNRESET') {
    const status = PARSER_ERRORS[error.code ?? ''] ?? '400 Bad Request'
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  }
  socket.destroySoon()
}

/** One line per answer. Paths without tokens, and never the query: it holds serial numbers. */
export function logAnswer(
  log: Log,
  request: FastifyRequest,
  reply: FastifyReply,
  transfer?: TransferResult,
): void {
  const { path } = splitTarget(request.originalUrl)
  const length = Number(reply.getHeader('content-length') ?? 0)
  const fields = {
    method: request.method,
    path: maskPath(path),
    status: reply.raw.statusCode,
    bytes: transfer?.bytes ?? (request.method === 'HEAD' ? 0 : length),
    ms: Math.round(reply.elapsedTime),
    address: plainAddress(request.socket.remoteAddress ?? ''),
    ...(transfer?.abortReason === undefined ? {} : { abortReason: transfer.abortReason }),
  }
  const isNoise = reply.raw.statusCode === 404 || path === '/healthz'
  if (isNoise) log.debug(fields, 'answered')
  else log.info(fields, transfer?.abortReason === undefined ? 'answered' : 'transfer aborted')
}
