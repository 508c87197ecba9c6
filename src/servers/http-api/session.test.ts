import { describe, expect, onTestFinished, test } from 'vitest'
import { createFakeClock } from '../../../test/support/fake-clock.ts'
import {
  createFakeAuthenticator,
  createFakeControlDesk,
  TOKENS,
} from '../../../test/support/fake-control-desk.ts'
import { createFixedRandom } from '../../../test/support/fixed-random.ts'
import { createSilentLog } from '../../../test/support/silent-log.ts'
import { createMemorySessions } from '../../adapters/store-memory/memory-sessions.ts'
import type { AuditRecord } from '../../ports/authenticator.ts'
import { createControlApp } from './control-app.ts'
import { type ControlLimits, DEFAULT_CONTROL_LIMITS } from './limits.ts'

const ORIGIN = 'http://localhost'

async function open(limits: Partial<ControlLimits> = {}, sessions = createMemorySessions()) {
  const desk = createFakeControlDesk()
  const authenticator = createFakeAuthenticator()
  const clock = createFakeClock()
  const audited: AuditRecord[] = []
  const { app } = await createControlApp({
    desk,
    authenticator,
    sessions,
    audit: async (record) => void audited.push(record),
    clock,
    random: createFixedRandom(),
    log: createSilentLog(),
    limits: { ...DEFAULT_CONTROL_LIMITS, ...limits },
    names: [],
  })
  onTestFinished(() => app.close())
  const logIn = (token: string, headers: Record<string, string> = {}) =>
    app.inject({
      method: 'POST',
      url: '/login',
      headers: { 'content-type': 'application/x-www-form-urlencoded', host: 'localhost', ...headers },
      payload: new URLSearchParams({ token }).toString(),
    })
  const enter = async (token: string = TOKENS.operator) => {
    const cookie = String((await logIn(token)).headers['set-cookie']).split(';')[0] ?? ''
    const session = await app.inject({ url: '/api/v1/session', headers: { cookie } })
    return { cookie, csrf: String(session.json().csrfToken) }
  }
  const retry = (headers: Record<string, string>) =>
    app.inject({
      method: 'POST',
      url: '/api/v1/hosts/edge-1/retry',
      headers: { host: 'localhost', ...headers },
    })
  return { app, audited, authenticator, clock, desk, enter, logIn, retry }
}

describe('logging in', () => {
  test('is a form without scripts', async () => {
    const { app } = await open()

    const page = await app.inject('/login')

    expect(page.body).toContain('<form method="post" action="/login">')
    expect(page.body).not.toContain('<script')
    expect(page.headers['content-security-policy']).toMatch(/default-src 'none'.*form-action 'self'/)
  })

  test('with a token sets a cookie that scripts and other sites never see, and that is not the token', async () => {
    const { logIn } = await open()

    const answer = await logIn(TOKENS.operator)

    expect([answer.statusCode, answer.headers['location']]).toEqual([303, '/'])
    expect(answer.headers['set-cookie']).toMatch(
      /^edgeboot-session=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/,
    )
    expect(answer.headers['set-cookie']).not.toContain(TOKENS.operator)
  })

  test('with a wrong token shows the form again and is audited, without the token', async () => {
    const { audited, logIn } = await open()

    const answer = await logIn('wrong-token')

    expect(answer.statusCode).toBe(401)
    expect(answer.body).toContain('unknown, revoked or expired')
    expect(audited).toMatchObject([{ action: 'session.begin', outcome: 'refused' }])
    expect(JSON.stringify([answer.body, audited])).not.toContain('wrong-token')
  })

  test('too often with wrong tokens has to wait', async () => {
    const { logIn } = await open({ maxAttempts: 2 })
    await logIn('wrong')
    await logIn('wrong')

    const answer = await logIn(TOKENS.admin)

    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([429, '60'])
  })

  test('from a page of somebody else is refused', async () => {
    const { logIn } = await open()

    expect((await logIn(TOKENS.admin, { 'sec-fetch-site': 'cross-site' })).statusCode).toBe(403)
    expect((await logIn(TOKENS.admin, { origin: 'http://evil.example' })).statusCode).toBe(403)
  })
})

describe('a session', () => {
  test('reads with its cookie alone', async () => {
    const { app, enter } = await open()
    const { cookie } = await enter()

    expect((await app.inject({ url: '/api/v1/hosts', headers: { cookie } })).statusCode).toBe(200)
  })

  test('changes only with its CSRF token and from a page of ours', async () => {
    const { desk, enter, retry } = await open()
    const { cookie, csrf } = await enter()
    const other = await enter()

    const answers = await Promise.all([
      retry({ cookie }),
      retry({ cookie, 'x-edgeboot-csrf': 'guess' }),
      retry({ cookie, 'x-edgeboot-csrf': other.csrf }),
      retry({ cookie, 'x-edgeboot-csrf': csrf, 'sec-fetch-site': 'same-site' }),
      retry({ cookie, 'x-edgeboot-csrf': csrf, origin: 'http://localhost:3000' }),
      retry({ cookie, 'x-edgeboot-csrf': csrf, origin: 'null' }),
    ])
    expect(desk.calls).toEqual([])
    const good = await retry({
      cookie,
      'x-edgeboot-csrf': csrf,
      origin: ORIGIN,
      'sec-fetch-site': 'same-origin',
    })

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([403, 403, 403, 403, 403, 403])
    expect(good.statusCode).toBe(200)
    expect(desk.calls).toEqual([['retry', 'edge-1', 'token:operator-1']])
  })

  test('needs no CSRF token where there is a bearer token', async () => {
    const { retry } = await open()

    expect((await retry({ authorization: `Bearer ${TOKENS.operator}` })).statusCode).toBe(200)
  })

  test('has the role of its token', async () => {
    const { enter, retry } = await open()
    const { cookie, csrf } = await enter(TOKENS.viewer)

    expect((await retry({ cookie, 'x-edgeboot-csrf': csrf })).statusCode).toBe(403)
  })

  test('ends by logging out', async () => {
    const { app, enter } = await open()
    const { cookie, csrf } = await enter(TOKENS.viewer)

    const out = await app.inject({
      method: 'DELETE',
      url: '/api/v1/session',
      headers: { cookie, 'x-edgeboot-csrf': csrf },
    })

    expect(out.headers['set-cookie']).toContain('Max-Age=0')
    expect((await app.inject({ url: '/api/v1/hosts', headers: { cookie } })).statusCode).toBe(401)
  })

  test('ends after its time, and at once when its token is revoked', async () => {
    const { app, authenticator, clock, enter } = await open()
    const first = await enter()
    const second = await enter(TOKENS.admin)

    authenticator.revoke(TOKENS.operator)
    const revoked = await app.inject({ url: '/api/v1/hosts', headers: { cookie: first.cookie } })
    clock.advance(12 * 3_600_000)
    const expired = await app.inject({ url: '/api/v1/hosts', headers: { cookie: second.cookie } })

    expect([revoked.statusCode, expired.statusCode]).toEqual([401, 401])
  })

  test('outlives the program that opened it, with its CSRF token', async () => {
    const sessions = createMemorySessions()
    const before = await open({}, sessions)
    const { cookie, csrf } = await before.enter()

    const { app } = await open({}, sessions)
    const session = await app.inject({ url: '/api/v1/session', headers: { cookie } })

    expect(session.json()).toMatchObject({ name: 'operator-1', csrfToken: csrf })
  })

  test('gives way when there are too many, the oldest first', async () => {
    const { app, clock, enter } = await open({ maxSessions: 2 })
    const first = await enter()
    clock.advance(1)
    const second = await enter()
    clock.advance(1)
    await enter()

    const answers = await Promise.all(
      [first, second].map(({ cookie }) => app.inject({ url: '/api/v1/hosts', headers: { cookie } })),
    )

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([401, 200])
  })
})

test('the dashboard is guarded like everything else, and a route that says nothing is for admins', async () => {
  const { app } = await createControlApp({
    desk: createFakeControlDesk(),
    authenticator: createFakeAuthenticator(),
    sessions: createMemorySessions(),
    audit: async () => undefined,
    clock: createFakeClock(),
    random: createFixedRandom(),
    log: createSilentLog(),
    limits: DEFAULT_CONTROL_LIMITS,
    names: [],
    addDashboard: async (dashboard) => {
      dashboard.get('/', { config: { leastRole: 'open' } }, async () => 'the dashboard')
      dashboard.get('/forgotten', async () => 'secret')
    },
  })
  onTestFinished(() => app.close())

  const as = (token: string) => ({ url: '/forgotten', headers: { authorization: `Bearer ${token}` } })

  expect((await app.inject('/')).body).toBe('the dashboard')
  expect((await app.inject('/forgotten')).statusCode).toBe(401)
  expect((await app.inject(as(TOKENS.operator))).statusCode).toBe(403)
  expect((await app.inject(as(TOKENS.admin))).statusCode).toBe(200)
})
