import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createSystemClock } from '../../src/adapters/clock-system/system-clock.ts'
import { type ControlClient, createControlClient } from '../../src/adapters/control-client/control-client.ts'
import { createCryptoRandom } from '../../src/adapters/random-crypto/crypto-random.ts'
import { createMemorySessions } from '../../src/adapters/store-memory/memory-sessions.ts'
import { openServerCertificate } from '../../src/adapters/tls-x509/server-certificate.ts'
import type { AuditRecord } from '../../src/ports/authenticator.ts'
import { type ControlServerOptions, openControlServer } from '../../src/servers/http-api/control-server.ts'
import {
  aDesiredFleet,
  aDesiredHost,
  aHostView,
  createFakeAuthenticator,
  createFakeControlDesk,
  TOKENS,
} from '../support/fake-control-desk.ts'
import { createRecordingLog } from '../support/recording-log.ts'

async function open(options: Partial<ControlServerOptions> = {}) {
  const desk = createFakeControlDesk()
  const authenticator = createFakeAuthenticator()
  const sessions = createMemorySessions()
  const audited: AuditRecord[] = []
  const log = createRecordingLog()
  const start = (port = 0) =>
    openControlServer({
      desk,
      authenticator,
      sessions,
      audit: async (record) => void audited.push(record),
      clock: createSystemClock(),
      random: createCryptoRandom(),
      log,
      port,
      ...options,
    })
  const server = await start()
  onTestFinished(() => server[Symbol.asyncDispose]())
  const client = createControlClient({ url: server.url, token: TOKENS.operator })
  return { audited, authenticator, client, desk, log, server, start }
}

/** Sends raw text and resolves to all that comes back until the server closes. */
async function sendRaw(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(request)
  return await text(socket)
}

describe('client and server', () => {
  test('agree on every operation', async () => {
    const { desk, server } = await open()
    const admin: ControlClient = createControlClient({ url: server.url, token: TOKENS.admin })
    const actor = 'token:admin-1'

    await admin.reinstall('edge-1')
    await admin.arm('edge-1', 60_000)
    await admin.approve('edge-1')
    await admin.retry('edge-1')
    await admin.power('edge-1', 'reset')
    await admin.deleteHost('edge-1')
    await admin.forget('d1')
    await admin.removeInstaller('palette')
    await admin.revokeToken('ci@home')
    expect(desk.calls).toEqual([
      ['reinstall', 'edge-1', actor],
      ['arm', 'edge-1', 60_000, actor],
      ['approve', 'edge-1', actor],
      ['retry', 'edge-1', actor],
      ['power', 'edge-1', 'reset', actor],
      ['deleteHost', 'edge-1', actor],
      ['forget', 'd1', actor],
      ['removeInstaller', 'palette', actor],
      ['revokeToken', 'ci@home', actor],
    ])

    expect(await admin.session()).toEqual({ name: 'admin-1', role: 'admin' })
    expect(await admin.about()).toMatchObject({ version: '1.2.3', drivers: [{ kind: 'qemu', usable: true }] })
    expect((await admin.throughput()).samples).toHaveLength(2)
    expect(await admin.throughput(5000)).toMatchObject({ samples: [{ at: 10_000, bytes: 10, busy: 0.1 }] })
    expect((await admin.hosts({ phase: 'defined' })).items).toEqual([aHostView()])
    expect(await admin.host('edge-1')).toMatchObject({ version: 'v1', definition: { installer: 'palette' } })
    expect(await admin.boots('edge-1')).toMatchObject({
      items: [{ outcome: 'given-up', steps: [{ phase: 'script', durationMs: 500 }] }],
      usual: { script: { durationMs: 400, hosts: 3 } },
    })
    expect(await admin.script('edge-1')).toBe('#!ipxe\n')
    expect(await admin.userData('edge-1')).toBe('#cloud-config\n')
    expect([...(await admin.screenshot('edge-1'))]).toEqual([0x89, 0x50, 0x4e, 0x47])
    expect(await admin.serialLog('edge-1', 3)).toBe('n: ')
    expect(await admin.hostLog('edge-1', undefined, 100)).toBe('of serial\n')
    expect(await admin.hostLog('edge-1', 'network', 4)).toBe('ork\n')
    expect((await admin.discovered()).items).toHaveLength(1)
    expect(await admin.adopt('d1', { name: 'edge-1', profile: 'store' })).toMatchObject({ name: 'edge-1' })
    expect(await admin.installers()).toHaveLength(1)
    expect(await admin.addInstaller({ name: 'x', isoPath: '/x.iso' })).toMatchObject({ name: 'x' })
    expect(await admin.tokens()).toHaveLength(1)
    expect(await admin.createToken({ name: 'ci', role: 'viewer' })).toMatchObject({ token: 'ebt_secret' })
    expect((await admin.audit()).items).toHaveLength(1)
    expect((await admin.events()).items).toEqual([])
    expect(await admin.doctor()).toEqual({
      ...{ at: 1000, verdict: 'warning' },
      findings: [{ name: 'clock here', verdict: 'warning', detail: 'slow', remedy: 'set it' }],
    })
  })

  test('plan and apply a fleet, and notice that somebody else was faster', async () => {
    const { client } = await open()

    const { version } = await client.planFleet(aDesiredFleet())
    const applied = await client.applyFleet(aDesiredFleet(), { ifVersion: version })

    expect(applied.version).toBe('v2')
    await expect(client.applyFleet(aDesiredFleet(), { ifVersion: version })).rejects.toMatchObject({
      code: 'fleet.changed',
    })
  })

  test('carry a fleet of ten thousand hosts there and back', { timeout: 60_000 }, async () => {
    const { client, desk } = await open()
    const hosts = Array.from({ length: 10_000 }, (_, index) => ({
      ...aDesiredHost(`edge-${index}`),
      userData: `#cloud-config\n${'# some line of it\n'.repeat(40)}`,
    }))

    const plan = await client.applyFleet(aDesiredFleet({ hosts }))

    expect(plan.changes).toHaveLength(10_000)
    expect(desk.calls).toHaveLength(1)
  })

  test('read long lists page by page', async () => {
    const { client, desk } = await open()
    const names = Array.from({ length: 25 }, (_, index) => `edge-${String(index).padStart(2, '0')}`)
    desk.hostViews = names.map((name) => aHostView({ name }))

    const read: string[] = []
    for await (const { name } of client.allHosts({ limit: 10 })) read.push(name)

    expect(read).toEqual(names)
  })

  test.each([
    ['a wrong token', { token: 'wrong' }, 'auth.required'],
    ['a role that is too small', { token: TOKENS.viewer }, 'auth.forbidden'],
  ])('%s is the same failure on both sides', async (_what, given, code) => {
    const { server } = await open()
    const client = createControlClient({ url: server.url, ...given })

    await expect(client.retry('edge-1')).rejects.toMatchObject({ code })
  })

  test('wrong places in a request are named to the person', async () => {
    const { client } = await open()
    const fleet = aDesiredFleet({ hosts: [aDesiredHost('Upper')] })

    await expect(client.planFleet(fleet)).rejects.toThrow(/\/hosts\/0\/name: lower-case/)
  })

  test('nobody there, a token for nowhere and plain HTTP to others are told apart', async () => {
    const nobody = createControlClient({ url: 'http://127.0.0.1:9', token: 'x', timeoutMs: 5000 })

    await expect(nobody.session()).rejects.toMatchObject({ code: 'server.unreachable' })
    expect(() => createControlClient({ url: 'http://192.0.2.1:8081', token: 'x' })).toThrow(/unencrypted/)
    expect(() => createControlClient({ url: 'https://h', token: 'x\r\ny' })).toThrow(/EDGEBOOT_TOKEN/)
  })
})

describe('following events', () => {
  test('goes on over a restart of the server without missing or repeating one', async () => {
    const { client, desk, server, start } = await open({ limits: { closeGraceMs: 50 } })
    const stop = new AbortController()
    const lost: string[] = []
    const seen: (number | undefined)[] = []
    const follow = client.follow({ after: 0, signal: stop.signal, onLost: (reason) => lost.push(reason) })
    desk.tell()
    seen.push((await follow.next()).value?.id)

    const next = follow.next()
    await desk.whenListening(1)
    await server[Symbol.asyncDispose]()
    desk.tell()
    desk.tell()
    await using _again = await start(server.port)
    seen.push((await next).value?.id, (await follow.next()).value?.id)
    stop.abort()

    expect(seen).toEqual([1, 2, 3])
    expect(await follow.next()).toMatchObject({ done: true })
    await desk.whenListening(0)
  })

  test('ends at once when the token is refused', async () => {
    const { server } = await open()
    const client = createControlClient({ url: server.url, token: 'wrong' })

    const follow = client.follow({ signal: AbortSignal.timeout(10_000) })

    await expect(follow.next()).rejects.toMatchObject({ code: 'auth.required' })
  })

  test('a client that reads nothing is let go, and the server forgets it', async () => {
    const { desk, server } = await open({ limits: { maxQueuedEvents: 100 } })
    const socket = connect(server.port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    socket.pause()
    socket.write(
      `GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKENS.viewer}\r\n\r\n`,
    )
    await desk.whenListening(1)

    const gone = desk.whenListening(0)
    const detail = 'x'.repeat(60_000)
    for (let told = 0; told < 2000 && desk.listeners.size > 0; told++) {
      desk.tell({ type: 'host.stage', data: { stage: 's', detail, address: 'a' } })
      if (told % 20 === 0) await sleep(1)
    }

    await gone
  })
})

test('a follower that was cut off before its first event misses none', async () => {
  const { client, desk, server, start } = await open({ limits: { closeGraceMs: 50 } })
  desk.tell()
  const lost = Promise.withResolvers<void>()
  const follow = client.follow({ signal: AbortSignal.timeout(20_000), onLost: () => lost.resolve() })
  const next = follow.next()
  await desk.whenListening(1)
  // The first message, which says where the stream begins, has come once the server has ended it in order.
  await server[Symbol.asyncDispose]()
  desk.tell()
  await lost.promise

  await using _again = await start(server.port)

  expect((await next).value?.id).toBe(2)
  await follow.return(undefined)
})

describe('the client survives a server that', () => {
  async function openStranger(answer: (response: ServerResponse) => void) {
    const server = createServer((_request, response) => answer(response))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    return createControlClient({ url: `http://127.0.0.1:${port}`, token: 'x', timeoutMs: 1000 })
  }

  test.each<[string, (response: ServerResponse) => void, string]>([
    ['says nothing', () => undefined, 'server.unreachable'],
    ['stops half way', (response) => void response.write('{"name"'), 'server.unreachable'],
    ['hangs up', (response) => response.destroy(), 'server.unreachable'],
    ['is another', (response) => void response.end('<html>'), 'server.not-understood'],
    ['answers with another shape', (response) => void response.end('{"name":1}'), 'server.not-understood'],
    [
      'leads elsewhere',
      (response) => void response.writeHead(302, { location: '/x' }).end(),
      'server.not-understood',
    ],
    ['fails in its own way', (response) => void response.writeHead(500).end('[]'), 'server.not-understood'],
    [
      'knows failures that we do not',
      (response) => void response.writeHead(418).end(aProblem({ code: 'tea.pot', detail: '\u001b[2Jboo' })),
      'server.not-understood',
    ],
    [
      'never ends',
      (response) => {
        const more = () => {
          while (response.writable && response.write('x'.repeat(65_536)));
        }
        response.writeHead(500).on('drain', more)
        more()
      },
      'server.not-understood',
    ],
  ])('%s', async (_what, answer, code) => {
    const client = await openStranger(answer)

    const failure = await client.session().catch((error) => error)

    expect(failure).toMatchObject({ code })
    expect(failure.message).not.toContain('\u001b')
  })

  const aProblem = (given: object) =>
    JSON.stringify({ type: 'urn:x', title: 'x', status: 418, detail: 'x', code: 'x', ...given })
})

describe('the listener', () => {
  test('is on loopback unless told otherwise, and warns when it is open without encryption', async () => {
    const { server } = await open()
    const outside = await open({ host: '0.0.0.0' })

    expect([server.address, server.isLoopbackOnly]).toEqual(['127.0.0.1', true])
    expect(outside.server.isLoopbackOnly).toBe(false)
    expect(outside.log.lines.some(({ level }) => level === 'warn')).toBe(true)
  })

  test('says who is in the way when the port is taken', async () => {
    const { server, start } = await open()

    await expect(start(server.port)).rejects.toMatchObject({ code: 'port.in-use' })
  })

  test.each([
    ['no Host', 'GET /healthz HTTP/1.0\r\n\r\n', 421],
    ['a rebound name', 'GET /healthz HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n', 421],
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['endless headers', `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    [
      'a large body of a stranger',
      'POST /api/v1/tokens HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9999999\r\n\r\n{',
      401,
    ],
  ])('answers %s and closes', async (_what, request, status) => {
    const { server } = await open()

    expect(await sendRaw(server.port, request)).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  })

  test('stops although somebody listens', async () => {
    const { client, desk, server } = await open()
    const stop = new AbortController()
    const next = client.follow({ signal: stop.signal }).next()
    await desk.whenListening(1)

    await server[Symbol.asyncDispose]()
    stop.abort()

    expect((await next).done).toBe(true)
  })
})

describe('encryption', () => {
  async function openEncrypted() {
    const directory = mkdtempSync(join(tmpdir(), 'edgeboot-tls-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    const certificate = await openServerCertificate({
      directory,
      names: ['edgeboot.example'],
      clock: createSystemClock(),
    })
    return { certificate, ...(await open({ tls: certificate })) }
  }

  test('with the authority of the server works', async () => {
    const { certificate, server } = await openEncrypted()
    const client = createControlClient({
      url: server.url,
      token: TOKENS.viewer,
      authorityPem: certificate.authorityPem,
    })

    expect(server.url).toMatch(/^https:/)
    expect(await client.session()).toMatchObject({ role: 'viewer' })
  })

  test('without it the client trusts nobody and says what to do', async () => {
    const { server } = await openEncrypted()
    const client = createControlClient({ url: server.url, token: TOKENS.viewer })

    await expect(client.session()).rejects.toThrow(/not trusted: give the CA certificate/)
  })

  test('a certificate and key that do not belong together are refused on start', async () => {
    const { certificate } = await openEncrypted()
    const other = await openEncrypted()

    await expect(
      open({ tls: { certificatePem: certificate.certificatePem, keyPem: other.certificate.keyPem } }),
    ).rejects.toMatchObject({ code: 'certificate.invalid' })
  })
})
