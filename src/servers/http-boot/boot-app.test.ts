import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  A_BOOT_ID,
  A_TOKEN,
  AN_ENTITY_TAG,
  createFakeBootDesk,
} from '../../../test/support/fake-boot-desk.ts'
import { createRecordingLog } from '../../../test/support/recording-log.ts'
import { Failure } from '../../domain/failure.ts'
import type { RandomAccess } from '../../ports/blob-source.ts'
import { createBootApp } from './boot-app.ts'
import { DEFAULT_BOOT_LIMITS } from './limits.ts'
import { createRounds } from './transfers/rounds.ts'

const CONTENT = 'the root file system'
const SHA256 = '00'.repeat(32)
const MODIFIED = 'Thu, 01 Jan 2026 00:00:00 GMT'

function aBlob(overrides: Partial<RandomAccess> = {}): RandomAccess {
  const bytes = new TextEncoder().encode(CONTENT)
  return {
    identity: {
      path: '/iso',
      sizeBytes: bytes.length,
      modifiedNs: `${BigInt(Date.parse(MODIFIED)) * 1_000_000n + 5n}`,
      inode: '1:2',
    },
    read: async (offset, length) => bytes.slice(offset, offset + length),
    verify: async () => {},
    [Symbol.asyncDispose]: async () => {},
    ...overrides,
  }
}

function open({
  blob = aBlob(),
  advertised = undefined as { host: string; port?: number } | undefined,
  authorityPem = undefined as string | undefined,
} = {}) {
  const desk = createFakeBootDesk({ blob })
  const log = createRecordingLog()
  const { app } = createBootApp({ desk, log, limits: DEFAULT_BOOT_LIMITS, advertised, authorityPem })
  onTestFinished(() => app.close())
  const ask = (method: string, url: string, headers: Record<string, string> = {}, payload?: string) =>
    app.inject({ method: method as 'GET', url, headers, ...(payload === undefined ? {} : { payload }) })
  const get = (url: string, headers: Record<string, string> = {}) => ask('GET', url, headers)
  return { desk, log, ask, get }
}

const ARTIFACT = `/b/${A_BOOT_ID}/palette.squashfs`

describe('an address that asks too much', () => {
  test('for what is not there gets no answers any more, whatever it asks', async () => {
    const { get } = open()

    for (let miss = 0; miss < DEFAULT_BOOT_LIMITS.misses.burst + 5; miss += 1)
      await get(`/h/${'a'.repeat(32)}/config.yaml`)
    const answer = await get('/boot.ipxe')

    expect(answer.statusCode).toBe(429)
    expect(answer.headers['retry-after']).toBe('5')
  })
})

describe('whose turn it is', () => {
  test('scripts are answered before anything is done for artifacts that were asked for earlier', async () => {
    const done: string[] = []
    const { desk, get } = open({ blob: aBlob({ verify: async () => void done.push('artifact') }) })
    const { bootScript } = desk
    desk.bootScript = (client) => {
      done.push('script')
      return bootScript(client)
    }
    // Whatever fastify does at its first request is over.
    await get('/healthz')

    const answers = await Promise.all([ARTIFACT, ARTIFACT, '/boot.ipxe'].map((url) => get(url)))

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200])
    expect(done).toEqual(['script', 'artifact', 'artifact'])
  })

  test('nothing is done, or recorded, for a client that went away while it waited to begin', async () => {
    const { promise: turn, resolve: begin } = Promise.withResolvers<void>()
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
    const rounds = {
      ...createRounds(),
      begin: () => {
        ask()
        return turn
      },
    }
    const verified: string[] = []
    const desk = createFakeBootDesk({ blob: aBlob({ verify: async () => void verified.push('again') }) })
    const { app } = createBootApp({
      desk,
      log: createRecordingLog(),
      limits: DEFAULT_BOOT_LIMITS,
      rounds,
    })
    onTestFinished(() => app.close())
    await app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.server.address() as AddressInfo
    const client = connect({ host: '127.0.0.1', port })
    const [served] = (await once(app.server, 'connection')) as [Socket]

    client.write(`GET ${ARTIFACT} HTTP/1.1\r\nHost: a\r\n\r\n`)
    await asked
    client.destroy()
    await once(served, 'close')
    begin()
    await new Promise((resolve) => setImmediate(resolve))

    expect(verified).toEqual([])
    expect(desk.transfers).toEqual([])
  })

  test('downloads give way to whoever connects, and again when the request is there', async () => {
    let gaveWay = 0
    const giveWay = () => {
      gaveWay += 1
    }
    const desk = createFakeBootDesk({ blob: aBlob() })
    const log = createRecordingLog()
    const { app } = createBootApp({
      desk,
      log,
      limits: DEFAULT_BOOT_LIMITS,
      rounds: { ...createRounds(), giveWay },
    })
    onTestFinished(() => app.close())
    await app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.server.address() as AddressInfo

    const socket = connect({ host: '127.0.0.1', port })
    onTestFinished(() => void socket.destroy())
    await once(app.server, 'connection')
    expect(gaveWay).toBe(1)
    socket.write('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n')
    await once(socket, 'data')
    expect(gaveWay).toBe(2)
  })
})

describe('scripts', () => {
  test('the constant script is plain text of known length that nobody may keep', async () => {
    const { get } = open()

    const answer = await get('/boot.ipxe', { host: '10.0.2.2:8080' })

    expect(answer.statusCode).toBe(200)
    expect(answer.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-length': String(answer.rawPayload.length),
      'cache-control': 'no-store',
    })
    expect(answer.body).toContain('chain http://10.0.2.2:8080/ipxe?')
    expect((await get('/palette.ipxe', { host: '10.0.2.2:8080' })).body).toBe(answer.body)
  })

  test('a host header that could write into the script is not used', async () => {
    const { get, desk } = open()

    await get('/boot.ipxe', { host: `\${exploit}` })
    await get('/boot.ipxe', { host: 'a b:80' })

    for (const { base } of desk.clients) expect(base).toMatch(/^http:\/\/127\.0\.0\.1/)
  })

  test('the advertised address is used whatever the host asked for', async () => {
    const { get, desk } = open({ advertised: { host: 'boot.example', port: 9090 } })

    await get('/boot.ipxe', { host: 'other' })

    expect(desk.clients[0]?.base).toBe('http://boot.example:9090')
  })

  test('the query reaches the desk, and a host that has to wait is told for how long', async () => {
    const { get, desk } = open()
    desk.scriptAnswer = async () => ({ action: 'wait', script: '#!ipxe\nsleep 4\n', retryAfterSeconds: 4 })

    const answer = await get('/ipxe?mac=52%3A54%3A00%3A12%3A34%3A56&version=1.0.0+')

    expect(desk.asked[0]?.query).toEqual({ mac: '52:54:00:12:34:56', version: '1.0.0+' })
    expect(answer.statusCode).toBe(503)
    expect(answer.headers['retry-after']).toBe('4')
    expect(answer.body).toBe('#!ipxe\nsleep 4\n')
  })

  test('when the desk fails the host hears no details, and the log does', async () => {
    const { get, desk, log } = open()
    desk.scriptAnswer = async () => {
      throw new Failure('store.failed', 'cannot write /secret/place')
    }

    const answer = await get('/ipxe?mac=x')

    expect([answer.statusCode, answer.body]).toEqual([503, 'ask again\n'])
    expect(answer.headers['retry-after']).toBe('5')
    expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(1)
  })
})

test('the certificate of our authority is there where it is ours, and nowhere else', async () => {
  const pem = '-----BEGIN CERTIFICATE-----\n'

  const answer = await open({ authorityPem: pem }).get('/ca.crt')

  expect([answer.statusCode, answer.body]).toEqual([200, pem])
  expect(answer.headers['content-type']).toBe('application/x-pem-file')
  expect((await open().get('/ca.crt')).statusCode).toBe(404)
})

test('a boot file that was sent is told of, a look at its headers is not', async () => {
  const { get, ask, desk } = open()
  const { promise, resolve } = Promise.withResolvers<number>()
  const told: string[] = []
  const file = { bytes: Uint8Array.of(0x4d, 0x5a), mediaType: 'application/efi' }
  desk.bootFile = (name) => ({
    ...file,
    observe: {
      sent: (durationMs) => {
        told.push(name)
        resolve(durationMs)
      },
      aborted: (reason) => told.push(reason),
    },
  })

  await ask('HEAD', '/snponly.efi')
  await get('/n/edge-1/snponly.efi')

  expect(await promise).toBeGreaterThanOrEqual(0)
  expect(told).toEqual(['n/edge-1/snponly.efi'])
})

describe('user-data and phone-home', () => {
  test('the right token gets the document, and a look at the headers does not count as getting it', async () => {
    const { get, ask, desk } = open()

    const head = await ask('HEAD', `/h/${A_TOKEN}/config.yaml`)
    const askedByHead = desk.clients.length
    const answer = await get(`/h/${A_TOKEN}/config.yaml`)

    expect([head.statusCode, head.headers['allow'], askedByHead]).toEqual([405, 'GET', 0])
    expect(answer.body).toMatch(/^#cloud-config\n/)
    expect(answer.headers['cache-control']).toBe('no-store')
  })

  test('a wrong token looks like any unknown path', async () => {
    const { get, ask } = open()
    const body = '{"stage":"x"}'

    const wrong = await get(`/h/${A_TOKEN.replace('s', 't')}/config.yaml`)
    const phoned = await ask('POST', `/h/${A_TOKEN.replace('s', 't')}/events`, {}, body)
    const unknown = await get('/nothing')

    for (const answer of [wrong, phoned]) {
      expect(answer.statusCode).toBe(404)
      expect(answer.rawPayload).toEqual(unknown.rawPayload)
      expect({ ...answer.headers, date: '' }).toEqual({ ...unknown.headers, date: '' })
    }
  })

  test.each(['application/json', 'application/x-www-form-urlencoded', 'text/plain', undefined])(
    'a host that sends its news as %s is understood',
    async (contentType) => {
      const { ask, desk } = open()
      const headers = contentType === undefined ? {} : { 'content-type': contentType }

      const answer = await ask('POST', `/h/${A_TOKEN}/events`, headers, '{"stage":"installed","detail":"ok"}')

      expect(answer.statusCode).toBe(204)
      expect(desk.phonedHome).toEqual([{ token: A_TOKEN, stage: 'installed', detail: 'ok' }])
    },
  )

  test('news that are too long or not in order are refused', async () => {
    const { ask, desk } = open()
    const path = `/h/${A_TOKEN}/events`

    expect((await ask('POST', path, {}, '{"stage":"NO"}')).statusCode).toBe(400)
    expect((await ask('POST', path)).statusCode).toBe(400)
    expect((await ask('POST', path, {}, 'x'.repeat(5000))).statusCode).toBe(413)
    expect(desk.phonedHome).toEqual([])
  })

  test('no log line holds a token', async () => {
    const { get, ask, log } = open()

    await get(`/h/${A_TOKEN}/config.yaml`)
    await get(`/h/${A_TOKEN}/config.yml?${A_TOKEN}`)
    await get(`/x/${A_TOKEN}`)
    await ask('POST', `/h/${A_TOKEN}/events`, {}, '{"stage":"x"}')

    expect(log.lines).toHaveLength(4)
    expect(JSON.stringify(log.lines)).not.toContain(A_TOKEN)
  })
})

describe('artifacts', () => {
  test('the whole file comes with all that is needed to check it and to go on after a break', async () => {
    const { get, desk } = open()

    const answer = await get(ARTIFACT)

    expect(answer.body).toBe(CONTENT)
    expect(answer.headers).toMatchObject({
      etag: `"${AN_ENTITY_TAG}"`,
      'content-length': '20',
      'content-type': 'application/octet-stream',
      'accept-ranges': 'bytes',
      'cache-control': 'no-transform',
      'last-modified': MODIFIED,
    })
    expect(await desk.whenEnded(1)).toEqual([
      { role: 'rootfs', started: 1, progress: [], ends: [{ kind: 'finished', bytes: 20 }] },
    ])
  })

  test('HEAD shows the same headers, has no body and is no transfer', async () => {
    const { get, ask, desk } = open()

    const { headers } = await get(ARTIFACT)
    const head = await ask('HEAD', ARTIFACT, { range: 'bytes=0-1' })

    expect(head.rawPayload).toHaveLength(0)
    expect(head.statusCode).toBe(200)
    expect({ ...head.headers, date: '' }).toEqual({ ...headers, date: '' })
    expect(desk.transfers).toHaveLength(1)
  })

  test('the digest is shown as soon as it is known, and then there is an address that never changes', async () => {
    const { get, desk } = open()
    const address = `/artifacts/sha256-${SHA256}/palette.squashfs`
    expect((await get(address)).statusCode).toBe(404)
    expect((await get(ARTIFACT)).headers['repr-digest']).toBeUndefined()

    desk.sha256 = SHA256
    const answer = await get(address, { range: 'bytes=0-2' })

    expect(answer.body).toBe('the')
    expect(answer.headers['repr-digest']).toBe(`sha-256=:${'A'.repeat(43)}=:`)
    expect(answer.headers['cache-control']).toContain('immutable')
    expect((await get(ARTIFACT)).headers['repr-digest']).toBe(`sha-256=:${'A'.repeat(43)}=:`)
  })

  test('one range, several ranges, none to satisfy', async () => {
    const { get } = open()

    const one = await get(ARTIFACT, { range: 'bytes=4-7' })
    const several = await get(ARTIFACT, { range: 'bytes=4-7,-6' })
    const none = await get(ARTIFACT, { range: 'bytes=20-' })

    expect([one.statusCode, one.body, one.headers['content-range']]).toEqual([206, 'root', 'bytes 4-7/20'])
    expect([several.statusCode, several.headers['content-length']]).toEqual([
      206,
      String(several.body.length),
    ])
    expect(several.headers['content-type']).toMatch(/^multipart\/byteranges; boundary=[0-9a-f]{32}$/)
    expect(several.body).toContain('bytes 14-19/20\r\n\r\nsystem\r\n--')
    expect([none.statusCode, none.body, none.headers['content-range']]).toEqual([416, '', 'bytes */20'])
  })

  test.each([
    [{ 'if-none-match': `"${AN_ENTITY_TAG}"` }, 304],
    [{ 'if-none-match': '"other"' }, 200],
    [{ 'if-modified-since': MODIFIED }, 304],
    [{ 'if-match': '"other"' }, 412],
    [{ 'if-unmodified-since': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 412],
    [{ range: 'bytes=0-1', 'if-range': `"${AN_ENTITY_TAG}"` }, 206],
    [{ range: 'bytes=0-1', 'if-range': MODIFIED }, 206],
    [{ range: 'bytes=0-1', 'if-range': '"other"' }, 200],
    [{ range: 'bytes=99-', 'if-range': '"other"' }, 200],
  ])('%j is answered %i', async (headers, status) => {
    const { get, desk } = open()

    const answer = await get(ARTIFACT, headers)

    expect(answer.statusCode).toBe(status)
    expect(answer.body).toBe(status === 200 ? CONTENT : status === 206 ? 'th' : '')
    expect(desk.transfers).toHaveLength(status < 300 ? 1 : 0)
  })

  test('an ISO written this very moment has no date that could prove anything', async () => {
    const blob = aBlob()
    const modifiedNs = String(BigInt(Date.now()) * 1_000_000n)
    const { get } = open({ blob: { ...blob, identity: { ...blob.identity, modifiedNs } } })

    expect((await get(ARTIFACT)).headers['last-modified']).toBeUndefined()
  })

  test('an ISO that is not the same any more is not served, and its path stays ours', async () => {
    const { get, ask, desk } = open({
      blob: aBlob({ verify: () => Promise.reject(new Failure('blob.changed', '/secret/iso was replaced')) }),
    })

    const answer = await get(ARTIFACT)
    const head = await ask('HEAD', ARTIFACT)

    expect(answer.statusCode).toBe(503)
    expect(answer.body).toContain('ISO changed')
    expect(answer.body).not.toContain('secret')
    expect(head.statusCode).toBe(503)
    expect(desk.transfers).toHaveLength(0)
  })

  test('classic names are there only where they are switched on', async () => {
    const { get, desk } = open()
    expect((await get('/palette.squashfs')).body).toBe(CONTENT)
    expect((await get('/config.yaml')).statusCode).toBe(200)

    desk.hasClassicNames = false

    expect((await get('/palette.squashfs')).statusCode).toBe(404)
    expect((await get('/config.yaml')).statusCode).toBe(404)
  })
})

describe('what is not offered', () => {
  test.each([
    ['PUT', '/boot.ipxe', 'GET, HEAD'],
    ['DELETE', ARTIFACT, 'GET, HEAD'],
    ['OPTIONS', '/healthz', 'GET, HEAD'],
    ['POST', '/ipxe', 'GET'],
    ['GET', `/h/${A_TOKEN}/events`, 'POST'],
    ['PROPFIND', '/boot.ipxe', 'GET, HEAD'],
  ])('%s %s is told what is: %s', async (method, path, allow) => {
    const { ask } = open()

    const answer = await ask(method, path)

    expect([answer.statusCode, answer.headers['allow']]).toEqual([405, allow])
  })

  test('a long address, many headers and unknown paths are turned away', async () => {
    const { get, log } = open()
    const many = Object.fromEntries(Array.from({ length: 80 }, (_, index) => [`x-${index}`, '1']))

    expect((await get(`/ipxe?serial=${'x'.repeat(2100)}`)).statusCode).toBe(414)
    expect((await get('/boot.ipxe', many)).statusCode).toBe(431)
    expect((await get('/%zz')).statusCode).toBe(404)
    expect((await get('/b/../boot.ipxe%00')).statusCode).toBe(404)
    expect(log.lines.every(({ level }) => level === 'info' || level === 'debug')).toBe(true)
  })

  test('a body nobody wants ends the connection', async () => {
    const { ask } = open()

    expect((await ask('PUT', '/nothing', {}, 'x')).headers['connection']).toBe('close')
  })
})
