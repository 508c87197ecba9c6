import type { FastifyReply, FastifyRequest } from 'fastify'
import { Failure } from '../../domain/failure.ts'
import { plainAddress } from '../../domain/plain-address.ts'

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/** Headers of every answer: nothing is kept, framed, sniffed, embedded elsewhere or told to others. */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // With `no-referrer` browsers call the origin of our own log-in form `null` (Fetch §3.2, append a request Origin header).
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** Sets what the route has not set itself. */
export function addSecurityHeaders(reply: FastifyReply): void {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
    if (!reply.hasHeader(name)) reply.header(name, value)
  }
}

/** The host part of a Host header or name, in lower case, IPv6 addresses in brackets. */
export function hostOf(authority: string): string {
  const lower = authority.trim().toLowerCase()
  if (lower.startsWith('[')) return lower.slice(0, lower.indexOf(']') + 1)
  // More than one colon: an IPv6 address as people write it.
  if (lower.split(':').length > 2) return `[${lower}]`
  return lower.replace(/:.*$/, '').replace(/\.$/, '')
}

/**
 * Refuses names that are not ours: a page of somebody else's could have pointed a name of its own at this address and
 * would then be of the same origin (DNS rebinding). The address the connection came in on needs no name to be ours.
 * Failure `request.misdirected`.
 */
export function createHostCheck(names: readonly string[]): (request: FastifyRequest) => void {
  const known = new Set([...LOOPBACK, ...names.map(hostOf)])
  return (request) => {
    const host = hostOf(request.headers.host ?? '')
    if (known.has(host)) return
    const local = request.socket.localAddress
    if (local && host === hostOf(plainAddress(local))) return
    throw new Failure(
      'request.misdirected',
      `the Host header ${JSON.stringify(host.slice(0, 100))} names neither this machine nor one of its configured names`,
    )
  }
}

const TOKEN_PARAMETER = /^(access_|auth_|api_)?token$/i

/** URLs end up in histories and logs, so a token in one is refused rather than used. Failure `request.invalid`. */
export function refuseTokenInUrl(url: string): void {
  const at = url.indexOf('?')
  if (at < 0) return
  for (const name of new URLSearchParams(url.slice(at + 1)).keys()) {
    if (TOKEN_PARAMETER.test(name)) {
      throw new Failure(
        'request.invalid',
        'tokens do not belong into addresses, which are kept in histories and logs: send it as "Authorization: Bearer …", and revoke this one',
      )
    }
  }
}

/**
 * Refuses changes that a page of another origin has asked the browser for: by Sec-Fetch-Site where there is one, and
 * by Origin. Failure `auth.forbidden`.
 */
export function requireSameOrigin(request: FastifyRequest): void {
  const { origin, host } = request.headers
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw foreign()
  if (origin === undefined) return
  if (!URL.canParse(origin) || new URL(origin).host !== (host ?? '').toLowerCase()) throw foreign()
}

function foreign(): Failure {
  return new Failure(
    'auth.forbidden',
    'the request came from a page of another origin; use the pages of this server',
  )
}
