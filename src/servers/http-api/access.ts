import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Failure } from '../../domain/failure.ts'
import type { ApiRole, AuditSink, Authenticator, Identity } from '../../ports/authenticator.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import type { Random } from '../../ports/random.ts'
import type { ControlLimits } from './limits.ts'
import { createHostCheck, refuseTokenInUrl, requireSameOrigin } from './reception.ts'
import { createSessions, isSameSecret, type LiveSession } from './sessions.ts'
import { createThrottle, throttleKey } from './throttle.ts'

/** Header that proves that a change comes from a page of ours: only those can read the session's token. */
export const CSRF_HEADER = 'x-edgeboot-csrf'

const ROLES: readonly ApiRole[] = ['viewer', 'operator', 'admin']
/** Long enough for any token, short enough to hash. */
const MAX_TOKEN_LENGTH = 512

/** Somebody who was let in. */
export interface Caller {
  readonly identity: Identity
  /** `token:NAME`, as audit log and desk are told. */
  readonly actor: string
  /** For those who came with a cookie. */
  readonly session?: LiveSession
  /** Whether the token is still good, for answers that go on for hours. */
  isStillWelcome(): Promise<boolean>
}

/** Who may do what: tokens, sessions, roles. */
export interface Access {
  /** Whoever passed the guard of the route. */
  callerOf(request: FastifyRequest): Caller
  /** Opens a session and sets its cookie; false when the token opens nothing. Failure `auth.throttled`. */
  logIn(request: FastifyRequest, reply: FastifyReply, token: string): Promise<boolean>
  logOut(request: FastifyRequest, reply: FastifyReply): void
}

export interface AccessDependencies {
  readonly authenticator: Authenticator
  readonly audit: AuditSink
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly limits: ControlLimits
  /** Names under which this server may be asked, besides loopback. */
  readonly names: readonly string[]
  /** True when connections are encrypted. */
  readonly isSecure: boolean
}

/** Puts the guard in front of every route of the application. */
export function guard(app: FastifyInstance, dependencies: AccessDependencies): Access {
  const { authenticator, clock, random, limits, names, isSecure } = dependencies
  const checkHost = createHostCheck(names)
  const sessions = createSessions(authenticator, clock, random, limits)
  const attempts = createThrottle(clock, limits.maxAttempts, limits.attemptWindowMs)
  const callers = new WeakMap<FastifyRequest, Caller>()
  // The prefix makes the browser keep other hosts and plain HTTP from setting it (RFC 6265bis §4.1.3.2).
  const cookieName = isSecure ? '__Host-edgeboot' : 'edgeboot-session'

  function requirePatience(request: FastifyRequest): void {
    const waitMs = attempts.waitMs(throttleKey(request.ip))
    if (waitMs === 0) return
    throw new Failure(
      'auth.throttled',
      'too many failed attempts from your address; wait, and correct the token',
      {
        retryAfterMs: waitMs,
      },
    )
  }

  async function byToken(request: FastifyRequest, token: string): Promise<Caller> {
    requirePatience(request)
    const identity = token.length <= MAX_TOKEN_LENGTH && (await authenticator.authenticate(token))
    if (!identity) {
      attempts.note(throttleKey(request.ip))
      throw new Failure('auth.required', 'the token is unknown, revoked or expired; give a valid one')
    }
    return {
      identity,
      actor: `token:${identity.name}`,
      isStillWelcome: async () => (await authenticator.authenticate(token)) !== undefined,
    }
  }

  async function bySession(request: FastifyRequest): Promise<Caller> {
    const cookie = readCookie(request, cookieName)
    const session = cookie === undefined ? undefined : await sessions.find(cookie)
    if (cookie === undefined || !session) {
      throw new Failure(
        'auth.required',
        'this needs a token: send it as "Authorization: Bearer …" (EDGEBOOT_TOKEN for the command line), or log in at /login',
      )
    }
    if (!isReading(request)) {
      requireSameOrigin(request)
      const given = request.headers[CSRF_HEADER]
      if (typeof given !== 'string' || !isSameSecret(given, session.csrfToken)) {
        throw new Failure('auth.forbidden', `the header ${CSRF_HEADER} is missing or old; reload the page`)
      }
    }
    const { identity } = session
    const isStillWelcome = async () => (await sessions.find(cookie)) !== undefined
    return { identity, actor: `token:${identity.name}`, session, isStillWelcome }
  }

  app.addHook('onRequest', async (request) => {
    checkHost(request)
    refuseTokenInUrl(request.url)
    const leastRole = request.routeOptions.config.leastRole ?? 'admin'
    if (request.is404 || leastRole === 'open') return
    const bearer = readBearer(request)
    const caller = bearer === undefined ? await bySession(request) : await byToken(request, bearer)
    callers.set(request, caller)
    if (ROLES.indexOf(caller.identity.role) < ROLES.indexOf(leastRole)) {
      throw new Failure(
        'auth.forbidden',
        `this needs the role ${leastRole}, and token ${caller.identity.name} has ${caller.identity.role}`,
      )
    }
  })

  const cookie = (value: string, maxAgeSeconds: number) =>
    `${cookieName}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeSeconds}${isSecure ? '; Secure' : ''}`
  const access: Access = {
    callerOf(request) {
      const caller = callers.get(request)
      if (!caller) throw new Failure('internal', 'a route that is open to everybody asked who is there')
      return caller
    },
    async logIn(request, reply, token) {
      requireSameOrigin(request)
      requirePatience(request)
      const opened = token.length <= MAX_TOKEN_LENGTH ? await sessions.open(token) : undefined
      if (!opened) {
        attempts.note(throttleKey(request.ip))
        return false
      }
      reply.header('set-cookie', cookie(opened.cookie, Math.floor(limits.sessionMs / 1000)))
      return true
    },
    logOut(request, reply) {
      const value = readCookie(request, cookieName)
      if (value !== undefined) sessions.close(value)
      reply.header('set-cookie', cookie('', 0))
    },
  }
  reportToAudit(app, dependencies, (request) => callers.get(request))
  return access
}

/** Tells of every change and every refused access before the answer leaves. */
function reportToAudit(
  app: FastifyInstance,
  { audit, clock, log, limits }: AccessDependencies,
  callerOf: (request: FastifyRequest) => Caller | undefined,
): void {
  // Strangers could fill the audit log with refusals; beyond this many per address only the log counts them.
  const refusals = createThrottle(clock, limits.maxAttempts, limits.attemptWindowMs)
  const codes = new WeakMap<FastifyRequest, string>()
  app.addHook('onError', async (request, _reply, error) => {
    if (error instanceof Failure) codes.set(request, error.code)
  })
  app.addHook('onSend', async (request, reply) => {
    const { action = 'unknown', changesNothing } = request.routeOptions.config
    const status = reply.statusCode
    const caller = callerOf(request)
    const isRefused = status === 401 || status === 403 || status === 429
    const isChange = caller !== undefined && !isReading(request) && !changesNothing
    if (!isRefused && !isChange) return
    if (isRefused && !refusals.note(throttleKey(request.ip))) return
    const code = codes.get(request)
    try {
      await audit({
        who: caller?.actor ?? request.ip,
        action,
        object: objectOf(request),
        outcome: status < 400 ? 'done' : 'refused',
        detail: { address: request.ip, status, ...(code === undefined ? {} : { code }) },
      })
    } catch (error) {
      log.error({ err: error, action }, 'the audit log could not be written')
    }
  })
}

function objectOf(request: FastifyRequest): string {
  const params = (request.params ?? {}) as { readonly name?: unknown; readonly id?: unknown }
  const body = (request.body ?? {}) as { readonly name?: unknown }
  const object = params.name ?? params.id ?? body.name
  return typeof object === 'string' ? object.replace(/[^\x20-\x7e]/g, '?').slice(0, 256) : ''
}

function isReading(request: FastifyRequest): boolean {
  return request.method === 'GET' || request.method === 'HEAD'
}

/** The token of an Authorization header (RFC 6750 §2.1); `undefined` without such a header. */
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
