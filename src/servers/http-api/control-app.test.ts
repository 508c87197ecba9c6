import { readFileSync } from 'node:fs'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createFakeClock } from '../../../test/support/fake-clock.ts'
import {
  aDesiredFleet,
  aDesiredHost,
  aHostView,
  createFakeAuthenticator,
  createFakeControlDesk,
  TOKENS,
} from '../../../test/support/fake-control-desk.ts'
import { createFixedRandom } from '../../../test/support/fixed-random.ts'
import { createRecordingLog } from '../../../test/support/recording-log.ts'
import { createMemorySessions } from '../../adapters/store-memory/memory-sessions.ts'
import { Problem } from '../../contract/common.ts'
import { FAILURES, Failure, type FailureCode } from '../../domain/failure.ts'
import type { ApiRole, AuditRecord } from '../../ports/authenticator.ts'
import { createControlApp } from './control-app.ts'
import { type ControlLimits, DEFAULT_CONTROL_LIMITS } from './limits.ts'

async function open(limits: Partial<ControlLimits> = {}) {
  const desk = createFakeControlDesk()
  const authenticator = createFakeAuthenticator()
  const sessions = createMemorySessions()
  const clock = createFakeClock()
  const log = createRecordingLog()
  const audited: AuditRecord[] = []
  const { app, streams } = await createControlApp({
    desk,
    authenticator,
    sessions,
    audit: async (record) => void audited.push(record),
    clock,
    random: createFixedRandom(),
    log,
    limits: { ...DEFAULT_CONTROL_LIMITS, ...limits },
    names: ['edgeboot.example'],
  })
  onTestFinished(() => app.close())
  const ask = (
    method: string,
    url: string,
    { as, headers = {}, body }: { as?: ApiRole; headers?: Record<string, string>; body?: unknown } = {},
  ) =>
    app.inject({
      method: method as 'GET',
      url,
      headers: {
        ...(as ? { authorization: `Bearer ${TOKENS[as]}` } : {}),
        ...(body instanceof Buffer ? { 'content-type': 'application/octet-stream' } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: body as object }),
    })
  return { app, ask, audited, authenticator, clock, desk, log, streams }
}

type Answer = Awaited<ReturnType<Awaited<ReturnType<typeof open>>['ask']>>

function problemOf(answer: Answer): Problem {
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
  const problem = Problem.parse(answer.json())
  expect(problem.status).toBe(answer.statusCode)
  return problem
}

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly 'x-edgeboot-role': ApiRole | 'open'
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly examples?: object }>> }>
  >
}

const documented = await (async () => {
  const { app } = await createControlApp({
    desk: createFakeControlDesk(),
    authenticator: createFakeAuthenticator(),
    sessions: createMemorySessions(),
    audit: async () => undefined,
    clock: createFakeClock(),
    random: createFixedRandom(),
    log: createRecordingLog(),
    limits: DEFAULT_CONTROL_LIMITS,
    names: [],
  })
  const document = app.swagger() as unknown as {
    readonly openapi: string
    readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  }
  await app.close()
  return document
})()

/** A request of each operation that is in order. */
const BODIES: Readonly<Record<string, unknown>> = {
  'host.arm': { forMs: 1_800_000 },
  'host.power': { action: 'on' },
  'fleet.plan': aDesiredFleet(),
  'fleet.apply': aDesiredFleet(),
  'discovered.adopt': { name: 'edge-1', profile: 'store' },
  'installer.add': { name: 'palette', isoPath: '/isos/palette.iso' },
  'installer.inspect': { isoPath: '/isos/palette.iso' },
  'host.add': { names: ['edge-2'], installer: 'palette', userData: '#cloud-config\n' },
  'user-data.check': { text: '#cloud-config\n' },
  'token.create': { name: 'ci', role: 'viewer' },
  'iso.upload': Buffer.from('an ISO'),
}
const OPERATIONS = Object.entries(documented.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    id: operation.operationId,
    method: method.toUpperCase(),
    url: path.replace('{name}', 'edge-1').replace('{id}', 'd1').replace('{fileName}', 'edge.iso'),
    role: operation['x-edgeboot-role'],
    operation,
  })),
)
const GUARDED = OPERATIONS.filter(({ role }) => role !== 'open')
const UNLIMITED = OPERATIONS.filter(({ id }) => id !== 'event.follow')

describe('the description', () => {
  test('is OpenAPI 3.1 and tells of every route that is not a page', async () => {
    const { app, ask } = await open()

    const answer = await ask('GET', '/api/openapi.json', { as: 'viewer' })

    expect(answer.json().openapi).toBe('3.1.0')
    const routes = [...app.printRoutes({ commonPrefix: false }).matchAll(/\((.+)\)/g)]
      .flatMap(([, methods]) => methods?.split(', ') ?? [])
      .filter((method) => method !== 'HEAD')
    // GET and POST of /login and GET / are pages.
    expect(routes.length - 3).toBe(OPERATIONS.length)
  })

  test('refers only to what it has', async () => {
    const { ask } = await open()

    const document = (await ask('GET', '/api/openapi.json', { as: 'viewer' })).json()
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)]

    expect(references.length).toBeGreaterThan(10)
    for (const [, name] of references) expect(Object.keys(document.components.schemas)).toContain(name)
  })

  test.each(OPERATIONS)(
    '$id has a name of its own, a summary and examples of its errors',
    ({ id, operation }) => {
      expect(OPERATIONS.filter((other) => other.id === id)).toHaveLength(1)
      expect(operation.summary).toMatch(/^[A-Z].*\.$/)
      for (const [status, { content }] of Object.entries(operation.responses)) {
        if (Number(status) < 400 || operation['x-edgeboot-role'] === 'open') continue
        const examples = Object.entries(content?.['application/problem+json']?.examples ?? {})
        expect(examples.length).toBeGreaterThan(0)
        for (const [code, { value }] of examples) expect(Problem.parse(value)).toMatchObject({ code })
      }
    },
  )
})

test('the reference has every operation with its role, and no other', () => {
  const page = readFileSync(new URL('../../../docs/reference/api.md', import.meta.url), 'utf8')

  const written = [...page.matchAll(/^\| `([A-Z]+ \/[^`]+)` +\| (\w+) +\| `([^`]+)` +\| (.+?) +\|$/gm)].map(
    ([, request, role, id, summary]) => ({ request, role, id, summary }),
  )

  const described = Object.entries(documented.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      request: `${method.toUpperCase()} ${path}`,
      role: operation['x-edgeboot-role'],
      id: operation.operationId,
      summary: operation.summary,
    })),
  )
  expect(written).toEqual(described)
})

describe('who is let in', () => {
  test.each(GUARDED)('nobody without a token: $id', async ({ method, url }) => {
    const { ask, audited, desk } = await open()

    const answer = await ask(method, url, { body: {} })

    expect(problemOf(answer).code).toBe('auth.required')
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer/)
    expect(audited).toMatchObject([
      { who: '127.0.0.1', outcome: 'refused', detail: { code: 'auth.required' } },
    ])
    expect(desk.calls).toEqual([])
  })

  test.each(GUARDED.filter(({ role }) => role !== 'viewer'))(
    'no viewer: $id',
    async ({ id, method, url, role }) => {
      const { ask, audited, desk } = await open()

      const answer = await ask(method, url, { as: 'viewer', body: BODIES[id] })

      expect(problemOf(answer)).toMatchObject({
        code: 'auth.forbidden',
        detail: expect.stringContaining(role),
      })
      expect(audited).toMatchObject([{ who: 'token:viewer-1', action: id, outcome: 'refused' }])
      expect(desk.calls).toEqual([])
    },
  )

  test.each(GUARDED.filter(({ role }) => role === 'admin'))(
    'no operator: $id',
    async ({ id, method, url }) => {
      const { ask } = await open()

      expect(problemOf(await ask(method, url, { as: 'operator', body: BODIES[id] })).code).toBe(
        'auth.forbidden',
      )
    },
  )

  test('viewers change nothing', () => {
    const asking = OPERATIONS.filter(({ method, role }) => method !== 'GET' && role === 'viewer')

    // The one ends the own session, the other answers about a text that is sent along.
    expect(asking.map(({ id }) => id).toSorted()).toEqual(['session.end', 'user-data.check'])
  })

  test.each(UNLIMITED)(
    'whoever has the role gets what is described: $id',
    async ({ id, method, url, role, operation }) => {
      const { ask } = await open()

      const answer = await ask(method, url, { ...(role === 'open' ? {} : { as: role }), body: BODIES[id] })

      expect(answer.statusCode).toBe(200)
      const [mediaType] = Object.keys(operation.responses['200']?.content ?? { 'application/json': {} })
      expect(answer.headers['content-type']).toContain(mediaType)
    },
  )

  test('a token in the address is refused even if it is good', async () => {
    const { ask } = await open()

    for (const name of ['token', 'access_token', 'Access_Token']) {
      expect(problemOf(await ask('GET', `/api/v1/hosts?${name}=x`, { as: 'admin' })).code).toBe(
        'request.invalid',
      )
    }
  })

  test.each(['Basic YTpi', 'Bearer', 'Bearer a b', `Bearer ${'x'.repeat(600)}`, 'Bearer unknown'])(
    '%s opens nothing',
    async (authorization) => {
      const { ask } = await open()

      const answer = await ask('GET', '/api/v1/hosts', { headers: { authorization } })

      expect(problemOf(answer).code).toBe('auth.required')
    },
  )

  test('too many failed attempts from one address have to wait, and a good token then works', async () => {
    const { ask, clock } = await open({ maxAttempts: 3, attemptWindowMs: 60_000 })
    const wrong = { headers: { authorization: 'Bearer wrong' } }
    for (let attempt = 0; attempt < 3; attempt++) await ask('GET', '/api/v1/hosts', wrong)

    const refused = await ask('GET', '/api/v1/hosts', wrong)
    clock.advance(60_000)
    const later = await ask('GET', '/api/v1/hosts', { as: 'viewer' })

    expect(problemOf(refused).code).toBe('auth.throttled')
    expect(refused.headers['retry-after']).toBe('60')
    expect(later.statusCode).toBe(200)
  })

  test('strangers cannot fill the audit log', async () => {
    const { ask, audited } = await open({ maxAttempts: 3 })

    for (let attempt = 0; attempt < 10; attempt++) await ask('GET', '/api/v1/hosts')

    expect(audited).toHaveLength(3)
  })

  test.each(['evil.example', 'localhost.evil.example', '10.0.0.1', '[', 'a b'])(
    'a name that is not ours is refused: %j',
    async (host) => {
      const { ask } = await open()

      expect(problemOf(await ask('GET', '/healthz', { headers: { host } })).code).toBe('request.misdirected')
    },
  )

  test.each(['localhost:8081', '127.0.0.1', '[::1]:8081', 'EDGEBOOT.example:443', 'edgeboot.example.'])(
    'our own names are answered: %s',
    async (host) => {
      const { ask } = await open()

      expect((await ask('GET', '/healthz', { headers: { host } })).statusCode).toBe(200)
    },
  )
})

test('a list says after which event it is, for whoever goes on with the stream', async () => {
  const { ask, desk } = await open()
  const before = await ask('GET', '/api/v1/hosts', { as: 'viewer' })
  desk.tell()
  desk.tell()

  const after = await ask('GET', '/api/v1/hosts?limit=1', { as: 'viewer' })

  expect(before.headers['x-edgeboot-last-event-id']).toBe('0')
  expect(after.headers['x-edgeboot-last-event-id']).toBe('2')
  expect(after.json()).toEqual({ items: [aHostView()] })
})

describe('changes', () => {
  test('are told to the desk and to the audit log with who asked', async () => {
    const { ask, audited, desk } = await open()

    await ask('POST', '/api/v1/hosts/edge-1/arm', { as: 'operator', body: { forMs: 60_000 } })

    expect(desk.calls).toEqual([['arm', 'edge-1', 60_000, 'token:operator-1']])
    expect(audited).toEqual([
      {
        who: 'token:operator-1',
        action: 'host.arm',
        object: 'edge-1',
        outcome: 'done',
        detail: { address: '127.0.0.1', status: 200 },
      },
    ])
  })

  test('that did not come about are audited with the reason', async () => {
    const { ask, audited, desk } = await open()
    desk.failNext = new Failure('host.wrong-state', 'it installs')

    const answer = await ask('POST', '/api/v1/hosts/edge-1/reinstall', { as: 'operator' })

    expect(problemOf(answer)).toMatchObject({ code: 'host.wrong-state', detail: 'it installs', status: 409 })
    expect(audited).toMatchObject([{ outcome: 'refused', detail: { code: 'host.wrong-state', status: 409 } }])
  })

  test('come about even when the audit log cannot be written, and that is logged', async () => {
    const { app, ask, audited, log } = await open()
    audited.push = () => {
      throw new Error('disk full')
    }

    const answer = await ask('POST', '/api/v1/hosts/edge-1/retry', { as: 'operator' })

    expect(answer.statusCode).toBe(200)
    expect(log.lines.some(({ level }) => level === 'error')).toBe(true)
    expect(app.server.listening).toBe(false)
  })
})

describe('problems', () => {
  test.each(Object.keys(FAILURES) as FailureCode[])('%s is answered with its status', async (code) => {
    const { ask, desk } = await open()
    desk.failNext = new Failure(code, 'what happened', { place: 'here' })

    const problem = problemOf(await ask('GET', '/api/v1/fleet', { as: 'viewer' }))

    expect(problem).toMatchObject({
      code,
      status: FAILURES[code].status,
      type: `urn:edgeboot:failure:${code}`,
      detail: 'what happened',
      details: { place: 'here' },
    })
  })

  test('a mistake of ours tells strangers nothing, and the log everything', async () => {
    const { ask, desk, log } = await open()
    desk.failNext = new Error('password is hunter2')

    const answer = await ask('GET', '/api/v1/hosts', { as: 'viewer' })

    expect(problemOf(answer)).toMatchObject({ code: 'internal', status: 500 })
    expect(answer.body).not.toContain('hunter2')
    expect(log.lines.find(({ level }) => level === 'error')?.fields).toHaveProperty('requestId')
  })

  test('each wrong place of a request is named', async () => {
    const { ask } = await open()

    const answer = await ask('PUT', '/api/v1/fleet', {
      as: 'operator',
      body: { ...aDesiredFleet(), hosts: [{ ...aDesiredFleet().hosts[0], name: 'Upper' }] },
    })

    expect(problemOf(answer)).toMatchObject({
      code: 'request.invalid',
      errors: [{ path: '/hosts/0/name', message: expect.stringContaining('lower-case') }],
    })
  })

  test.each([
    ['an unknown query key', 'GET', '/api/v1/hosts?limt=1', undefined, 'request.invalid'],
    ['a page that is too long', 'GET', '/api/v1/hosts?limit=1001', undefined, 'request.invalid'],
    ['a host with a path in its name', 'GET', '/api/v1/hosts/..%2fx', undefined, 'request.invalid'],
    ['a window of a month', 'POST', '/api/v1/hosts/edge-1/arm', { forMs: 3e9 }, 'request.invalid'],
    ['a host there is not', 'GET', '/api/v1/hosts/edge-9', undefined, 'host.not-found'],
    ['an address there is not', 'GET', '/api/v2/hosts', undefined, 'request.not-found'],
  ])('%s', async (_what, method, url, body, code) => {
    const { ask } = await open()

    expect(problemOf(await ask(method, url, { as: 'operator', body })).code).toBe(code)
  })

  test.each([
    ['no JSON', 'application/json', '{', 'request.invalid'],
    ['another type', 'text/xml', '<a/>', 'request.unsupported'],
  ])('a body that is %s', async (_what, type, body, code) => {
    const { ask } = await open()

    const answer = await ask('POST', '/api/v1/tokens', {
      as: 'admin',
      headers: { 'content-type': type },
      body,
    })

    expect(problemOf(answer).code).toBe(code)
  })

  test('only a fleet may be large', async () => {
    const { ask } = await open()
    const large = aDesiredFleet({
      hosts: [{ ...aDesiredHost(), userData: `#cloud-config\n${'#'.repeat(300_000)}` }],
    })

    const fleet = await ask('PUT', '/api/v1/fleet', { as: 'operator', body: large })
    const other = await ask('POST', '/api/v1/tokens', { as: 'admin', body: large })

    expect(fleet.statusCode).toBe(200)
    expect(problemOf(other).code).toBe('request.too-large')
  })
})

describe('pages and versions', () => {
  test('a list is read to its end by following next', async () => {
    const { ask, desk } = await open()
    desk.hostViews = ['a', 'b', 'c', 'd', 'e'].map((name) => aHostView({ name }))

    const names: string[] = []
    let after = ''
    do {
      const page = (
        await ask('GET', `/api/v1/hosts?limit=2${after && `&after=${after}`}`, { as: 'viewer' })
      ).json()
      names.push(...page.items.map(({ name }: { name: string }) => name))
      after = page.next ?? ''
    } while (after)

    expect(names).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  test('a host that has not changed is not sent again', async () => {
    const { ask, desk } = await open()
    const first = await ask('GET', '/api/v1/hosts/edge-1', { as: 'viewer' })
    const again = { as: 'viewer' as const, headers: { 'if-none-match': String(first.headers['etag']) } }

    const same = await ask('GET', '/api/v1/hosts/edge-1', again)
    desk.version = 'v2'
    const changed = await ask('GET', '/api/v1/hosts/edge-1', again)

    expect([same.statusCode, same.body]).toEqual([304, ''])
    expect([changed.statusCode, changed.headers['etag']]).toEqual([200, '"v2"'])
  })

  test('the second of two who apply is told that its copy is old', async () => {
    const { ask } = await open()
    const { headers } = await ask('GET', '/api/v1/fleet', { as: 'viewer' })
    const apply = () =>
      ask('PUT', '/api/v1/fleet?prune=true', {
        as: 'operator',
        headers: { 'if-match': String(headers['etag']) },
        body: aDesiredFleet(),
      })

    const first = await apply()
    const second = await apply()

    expect([first.statusCode, first.headers['etag']]).toEqual([200, '"v2"'])
    expect(problemOf(second)).toMatchObject({ code: 'fleet.changed', status: 412 })
  })

  test('only admins may bring installers along', async () => {
    const { ask, desk } = await open()

    for (const as of ['operator', 'admin'] as const) {
      await ask('PUT', '/api/v1/fleet', { as, body: aDesiredFleet() })
    }

    expect(desk.calls).toMatchObject([
      ['applyFleet', {}, { mayAddInstallers: false, prune: false, actor: 'token:operator-1' }],
      ['applyFleet', {}, { mayAddInstallers: true, prune: false, actor: 'token:admin-1' }],
    ])
  })

  test.each(['W/"v1"', '"v1", "v2"', 'v1'])('If-Match: %s is refused', async (ifMatch) => {
    const { ask, desk } = await open()

    const headers = { 'if-match': ifMatch }
    const answer = await ask('PUT', '/api/v1/fleet', { as: 'operator', headers, body: aDesiredFleet() })

    expect(problemOf(answer).code).toBe('request.invalid')
    expect(desk.calls).toEqual([])
  })

  test('user-data and whatever a desk lets slip do not leave', async () => {
    const { ask, desk } = await open()
    desk.hostViews = [{ ...aHostView(), configToken: 'slipped' } as never]

    const answers = await Promise.all(
      ['/api/v1/fleet', '/api/v1/hosts', '/api/v1/hosts/edge-1'].map((url) =>
        ask('GET', url, { as: 'admin' }),
      ),
    )

    for (const { body } of answers) expect(body).not.toMatch(/#cloud-config|slipped/)
  })
})

describe('watching', () => {
  test('readiness says why not', async () => {
    const { ask, desk } = await open()
    desk.ready = false

    const answer = await ask('GET', '/readyz')

    expect([answer.statusCode, answer.json().reasons]).toEqual([503, ['the store cannot be written']])
  })

  test('no answer may be kept, framed or sniffed', async () => {
    const { ask } = await open()

    for (const url of ['/healthz', '/login', '/api/v1/hosts', '/nothing']) {
      expect((await ask('GET', url)).headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
      })
    }
  })
})
