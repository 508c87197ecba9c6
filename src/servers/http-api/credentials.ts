import type { FastifyReply, FastifyRequest } from 'fastify'
import { Failure } from '../../domain/failure.ts'
import type { Authenticator, Identity } from '../../ports/authenticator.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'
import type { SessionStore } from '../../ports/session-store.ts'
import { isReading } from './audit-report.ts'
import type { ControlLimits } from './limits.ts'
import { requireSameOrigin } from './reception.ts'
import { createSessions, isSameSecret, type LiveSession } from './sessions.ts'
import { createThrottle, throttleKey } from './throttle.ts'

/** Header that proves that a change comes from a page of ours: only those can read the session's token. */
export const CSRF_HEADER = 'x-edgeboot-csrf'

/** Long enough for any token, short enough to hash. */
const MAX_TOKEN_LENGTH = 512

/** Somebody who has shown who they are. */
export interface Caller {
  readonly identity: Identity
  /** `token:NAME`, as audit log and desk are told. */
  readonly actor: string
  /** For those who came with a cookie. */
  readonly session?: LiveSession
  /** Whether the token is still good, for answers that go on for hours. */
  isStillWelcome(): Promise<boolean>
}

export interface CredentialDependencies {
  readonly authenticator: Authenticator
  readonly sessions: SessionStore
  readonly clock: Clock
  readonly random: Random
  readonly limits: ControlLimits
  /** True when connections are encrypted. */
  readonly isSecure: boolean
}

/** Bearer tokens, and sessions that were opened with one. */
export interface Credentials {
  /** Who is asking. Failure `auth.required`, `auth.throttled`; `auth.forbidden` for a session's change from elsewhere. */
  identify(request: FastifyRequest): Promise<Caller>
  /** Opens a session and sets its cookie; false when the token opens nothing. Failure as above. */
  logIn(request: FastifyRequest, reply: FastifyReply, token: string): Promise<boolean>
  logOut(request: FastifyRequest, reply: FastifyReply): Promise<void>
}

export function createCredentials(dependencies: CredentialDependencies): Credentials {
  const { authenticator, clock, random, limits, isSecure } = dependencies
  const sessions = createSessions(dependencies.sessions, authenticator, clock, random, limits)
  const attempts = createThrottle(clock, limits.maxAttempts, limits.attemptWindowMs)
  // The prefix makes the browser keep other hosts and plain HTTP from setting it (RFC 6265bis §4.1.3.2).
  const cookieName = isSecure ? '__Host-edgeboot' : 'edgeboot-session'
  const cookie = (value: string, maxAgeSeconds: number) =>
    `${cookieName}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeSeconds}${isSecure ? '; Secure' : ''}`

  /** What the token opens; counts the attempt when it opens nothing. */
  async function attempt<T>(request: FastifyRequest, token: string, open: () => Promise<T | undefined>) {
    const key = throttleKey(request.ip)
    const waitMs = attempts.waitMs(key)
    if (waitMs > 0) {
      const message = 'too many failed attempts from your address; wait, and correct the token'
      throw new Failure('auth.throttled', message, { retryAfterMs: waitMs })
    }
    const opened = token.length <= MAX_TOKEN_LENGTH ? await open() : undefined
    if (opened === undefined) attempts.note(key)
    return opened
  }

  async function byToken(request: FastifyRequest, token: string): Promise<Caller> {
    const identity = await attempt(request, token, () => authenticator.authenticate(token))
    if (!identity) {
      throw new Failure('auth.required', 'the token is unknown, revoked or expired; give a valid one')
    }
    const isStillWelcome = async () => (await authenticator.authenticate(token)) !== undefined
    return { identity, actor: `token:${identity.name}`, isStillWelcome }
  }

  async function bySession(request: FastifyRequest): Promise<Caller> {
    const value = readCookie(request, cookieName)
    const session = value === undefined ? undefined : await sessions.find(value)
    if (value === undefined || !session) {
      throw new Failure(
        'auth.required',
        'this needs a token: send it as "Authorization: Bearer …" (EDGEBOOT_TOKEN for the command line), or log in at /login',
      )
    }
    if (!isReading(request)) requireOwnPage(request, session)
    const { identity } = session
    const isStillWelcome = async () => (await sessions.find(value)) !== undefined
    return { identity, actor: `token:${identity.name}`, session, isStillWelcome }
  }

  return {
    identify: async (request) => {
      const bearer = readBearer(request)
      return bearer === undefined ? await bySession(request) : await byToken(request, bearer)
    },
    async logIn(request, reply, token) {
      requireSameOrigin(request)
      const opened = await attempt(request, token, () => sessions.open(token))
      if (opened) reply.header('set-cookie', cookie(opened, Math.floor(limits.sessionMs / 1000)))
      return opened !== undefined
    },
    async logOut(request, reply) {
      const value = readCookie(request, cookieName)
      if (value !== undefined) await sessions.close(value)
      reply.header('set-cookie', cookie('', 0))
    },
  }
}

function requireOwnPage(request: FastifyRequest, session: LiveSession): void {
  requireSameOrigin(request)
  const given = request.headers[CSRF_HEADER]
  if (typeof given !== 'string' || !isSameSecret(given, session.csrfToken)) {
    throw new Failure('auth.forbidden', `the header ${CSRF_HEADER} is missing or old; reload the page`)
  }
}

/** The token of an Authorization header (RFC 6750 §2.1), empty when it holds none; `undefined` without such a header. */
function readBearer(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers
  if (authorization === undefined) return undefined
  return /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(authorization)?.[1] ?? ''
}

function readCookie(request: FastifyRequest, name: string): string | undefined {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [key, value] = pair.trim().split('=', 2)
    if (key === name && value) return value.slice(0, 128)
  }
  return undefined
}
