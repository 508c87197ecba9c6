import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { open, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test, vi } from 'vitest'
import { describePortHolder } from '../../src/adapters/host-network/port-holder.ts'
import { openBootServer } from '../../src/servers/http-boot/boot-server.ts'
import { createFakeBootDesk } from '../support/fake-boot-desk.ts'
import { createRecordingLog } from '../support/recording-log.ts'
import {
  connectAndSend,
  openServedFile,
  readToEnd,
  type ServedFile,
  whenAnswered,
} from '../support/served-file.ts'

const run = promisify(execFile)
const MIB = 1024 * 1024
/** More than the buffers of both ends of a connection hold together. */
const CONTENT = randomBytes(48 * MIB)

const request = (target: string, headers = '') => `GET ${target} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`

/** Memory outside the heap that is really in use. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().arrayBuffers
}

function bodyOf(received: Buffer): Buffer {
  return received.subarray(received.indexOf('\r\n\r\n') + 4)
}

describe('a client that goes away', () => {
  test('in the middle of a transfer frees everything, and the observer hears why', async () => {
    await using file = await openServedFile(CONTENT)
    const client = await connectAndSend(file.port, request(file.target))
    await whenAnswered(client)

    client.destroy()
    const [transfer] = await file.desk.whenEnded(1)

    expect(transfer?.started).toBe(1)
    expect(transfer?.ends).toEqual([
      { kind: 'aborted', bytes: expect.any(Number), reason: 'the client closed the connection' },
    ])
    expect(file.readsUnderWay()).toBe(0)
    const bytes = transfer?.ends[0]?.bytes ?? 0
    expect(bytes).toBeGreaterThan(0)
    expect(bytes).toBeLessThan(CONTENT.length)
  })

  test('without a word, accepting nothing any more, is let go after the stall limit', async () => {
    await using file = await openServedFile(CONTENT, { limits: { stallMs: 250 } })
    const client = await connectAndSend(file.port, request(file.target))

    const [transfer] = await file.desk.whenEnded(1)
    const received = await readToEnd(client)

    expect(transfer?.ends).toEqual([
      { kind: 'aborted', bytes: expect.any(Number), reason: 'the client accepted no byte for 0.25 s' },
    ])
    expect(bodyOf(received).length).toBeLessThan(CONTENT.length)
    expect(file.readsUnderWay()).toBe(0)
  })

  test('having asked for several files at once costs each of them its own end', async () => {
    await using file = await openServedFile(CONTENT)
    const client = await connectAndSend(file.port, request(file.target).repeat(3))
    await whenAnswered(client)

    client.destroy()

    for (const { started, ends } of await file.desk.whenEnded(3)) {
      expect([started, ends.length, ends[0]?.kind]).toEqual([1, 1, 'aborted'])
    }
    expect(file.readsUnderWay()).toBe(0)
  })
})

test('requests sent without waiting are answered in order', async () => {
  await using file = await openServedFile(CONTENT)
  const first = request(file.target, 'Range: bytes=0-1999999\r\n')
  const second = request(file.target, 'Range: bytes=5-9\r\nConnection: close\r\n')

  const received = await readToEnd(await connectAndSend(file.port, first + second))

  const one = bodyOf(received).subarray(0, 2_000_000)
  const two = bodyOf(bodyOf(received).subarray(2_000_000))
  expect(one.equals(CONTENT.subarray(0, 2_000_000))).toBe(true)
  expect(two.equals(CONTENT.subarray(5, 10))).toBe(true)
})

describe('an ISO that changes while it is served', () => {
  const OLD = new Date('2026-01-01T00:00:00Z')
  test.each<[string, (file: ServedFile) => Promise<unknown>]>([
    ['truncated', (file) => truncate(file.path, MIB)],
    ['removed', (file) => rm(file.path)],
    [
      'replaced',
      async (file) => {
        await writeFile(`${file.path}.new`, randomBytes(CONTENT.length))
        await utimes(`${file.path}.new`, OLD, OLD)
        await rename(`${file.path}.new`, file.path)
      },
    ],
    [
      'written over in place',
      async (file) => {
        await using handle = await open(file.path, 'r+')
        await handle.write(randomBytes(CONTENT.length), 0, CONTENT.length, 0)
      },
    ],
  ])('%s: the body ends short, and whoever comes next is told', async (what, change) => {
    await using file = await openServedFile(CONTENT)
    const client = await connectAndSend(file.port, request(file.target))
    await whenAnswered(client)

    await change(file)
    const received = bodyOf(await readToEnd(client))
    const [transfer] = await file.desk.whenEnded(1)
    const next = await fetch(`${file.base}${file.target}`)

    expect(received.length).toBeGreaterThan(0)
    expect(received.length).toBeLessThan(CONTENT.length)
    // What was handed to the system but has not left yet is the file's own memory, so such bytes can be new ones.
    if (what !== 'written over in place')
      expect(received.equals(CONTENT.subarray(0, received.length))).toBe(true)
    expect(transfer?.ends).toEqual([
      { kind: 'aborted', bytes: expect.any(Number), reason: 'the installer ISO changed while it was served' },
    ])
    expect(next.status).toBe(503)
    expect(await next.text()).toContain('The installer ISO changed')
    expect(file.readsUnderWay()).toBe(0)
  })
})

test('many clients at once each get the file, and memory stays bounded', async () => {
  await using file = await openServedFile(CONTENT)
  const url = `${file.base}${file.target}`
  const before = process.memoryUsage.rss()
  let peak = before
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }, 20)

  const urls = Array.from({ length: 64 }, () => ['-o', '/dev/null', url]).flat()
  const { stdout } = await run('curl', [
    '-sS',
    '--no-progress-meter',
    '--parallel',
    '--parallel-immediate',
    '--parallel-max',
    '64',
    '-w',
    '%{http_code} %{size_download}\n',
    ...urls,
  ])
  clearInterval(watch)

  expect(stdout.trim().split('\n')).toEqual(Array(64).fill(`200 ${CONTENT.length}`))
  const transfers = await file.desk.whenEnded(64)
  expect(transfers.every(({ started, ends }) => started === 1 && ends.length === 1)).toBe(true)
  expect(peak - before).toBeLessThan(128 * MIB)
})

test('clients that accept nothing hold little memory each, however many they are', async () => {
  await using file = await openServedFile(CONTENT, { limits: { maxBytesInFlight: 8 * MIB } })
  const before = heldBytes()

  const clients = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      connectAndSend(file.port, request(file.target, `Range: bytes=${index * 100_000}-\r\n`)),
    ),
  )
  await Promise.all(clients.map(whenAnswered))
  await vi.waitFor(() => expect(file.readsUnderWay()).toBe(0), { timeout: 60_000, interval: 20 })
  const growth = heldBytes() - before
  for (const client of clients) client.destroy()

  // The cache, the budget, what those held who came before there were many, and the clients' own buffers.
  expect(growth).toBeLessThan((32 + 8 + 14 + 7 + 9) * MIB)
  const transfers = await file.desk.whenEnded(100)
  expect(transfers.every(({ ends }) => ends.length === 1 && ends[0]?.kind === 'aborted')).toBe(true)
})

describe('limits', () => {
  test('a client that takes for ever to say what it wants is sent away', async () => {
    await using file = await openServedFile(CONTENT, { limits: { headersTimeoutMs: 200 } })
    const slow = await connectAndSend(file.port, 'GET /boot.ipxe HTTP/1.1\r\nHost:')
    const silent = await connectAndSend(file.port, '')

    expect(String(await readToEnd(slow))).toMatch(/^HTTP\/1\.1 408 /)
    await readToEnd(silent)
  })

  test('a client that takes for ever to send its news is sent away', async () => {
    await using file = await openServedFile(CONTENT, {
      limits: { headersTimeoutMs: 200, requestTimeoutMs: 400 },
    })

    const slow = await connectAndSend(
      file.port,
      'POST /h/aaaa/events HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{',
    )

    expect(String(await readToEnd(slow))).toMatch(/^HTTP\/1\.1 408 /)
  })

  test('long headers, long addresses and what is not HTTP at all are refused', async () => {
    await using file = await openServedFile(CONTENT)
    const answer = async (text: string) => String(await readToEnd(await connectAndSend(file.port, text)))

    expect(await answer(request('/boot.ipxe', `X: ${'x'.repeat(9000)}\r\n`))).toMatch(/^HTTP\/1\.1 431 /)
    expect(await answer(request(`/${'x'.repeat(3000)}`, 'Connection: close\r\n'))).toMatch(/^HTTP\/1\.1 414 /)
    expect(await answer('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03')).toMatch(/^HTTP\/1\.1 400 /)
    expect(await answer('GET /boot.ipxe HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
  })

  test('garbage after a request does not get into the body that is being sent', async () => {
    await using file = await openServedFile(CONTENT)
    const client = await connectAndSend(file.port, `${request(file.target)}garbage\r\n\r\n`)

    const body = bodyOf(await readToEnd(client))

    expect(body.equals(CONTENT.subarray(0, body.length))).toBe(true)
  })

  test('more connections than allowed are not accepted, and those that are go on', async () => {
    await using file = await openServedFile(CONTENT, { limits: { maxConnections: 1 } })
    const first = await connectAndSend(file.port, request('/healthz'))
    await whenAnswered(first)

    const second = await readToEnd(await connectAndSend(file.port, request('/healthz')))

    expect(second).toHaveLength(0)
    first.write(request('/healthz', 'Connection: close\r\n'))
    expect(String(await readToEnd(first)).match(/200 OK/g)).toHaveLength(2)
  })

  test('a client of HTTP/1.0 without Host is told the address it came in on', async () => {
    await using file = await openServedFile(CONTENT)

    await readToEnd(await connectAndSend(file.port, 'GET /boot.ipxe HTTP/1.0\r\n\r\n'))

    expect(file.desk.clients[0]?.base).toBe(file.base)
  })
})

describe('stopping', () => {
  test('ends transfers after a short grace, with the reason', async () => {
    await using file = await openServedFile(CONTENT, { limits: { closeGraceMs: 50 } })
    const client = await connectAndSend(file.port, request(file.target))
    await whenAnswered(client)

    await file.stop()

    const [transfer] = await file.desk.whenEnded(1)
    expect(transfer?.ends[0]).toMatchObject({ kind: 'aborted', reason: 'the boot server was stopped' })
    expect(bodyOf(await readToEnd(client)).length).toBeLessThan(CONTENT.length)
    expect(file.readsUnderWay()).toBe(0)
  })

  test('lets a transfer end that takes only a moment, and waits for no idle connection', async () => {
    await using file = await openServedFile(CONTENT, { limits: { closeGraceMs: 60_000 } })
    const idle = await connectAndSend(file.port, request('/healthz'))
    await whenAnswered(idle)
    const client = await connectAndSend(file.port, request(file.target))
    await whenAnswered(client)

    const stopped = file.stop()
    const received = bodyOf(await readToEnd(client))
    await stopped

    expect(received.equals(CONTENT)).toBe(true)
    const [transfer] = await file.desk.whenEnded(1)
    expect(transfer?.ends).toEqual([{ kind: 'finished', bytes: CONTENT.length }])
  })
})

describe('listening', () => {
  const open = (overrides: object) =>
    openBootServer({
      desk: createFakeBootDesk(),
      log: createRecordingLog(),
      host: '127.0.0.1',
      port: 0,
      describePortHolder,
      ...overrides,
    })

  test('on a port that is taken names it, its holder and the way out', async () => {
    await using first = await open({})

    await expect(open({ port: first.port })).rejects.toMatchObject({
      code: 'port.in-use',
      message: expect.stringMatching(
        new RegExp(`port ${first.port} is in use by .* \\(pid ${process.pid}\\).*--boot-port`),
      ),
    })
  })

  test('on an address of somebody else, or advertising none, says so', async () => {
    await expect(open({ host: '192.0.2.1' })).rejects.toMatchObject({ code: 'address.unknown' })
    await expect(open({ advertise: 'http://x' })).rejects.toMatchObject({ code: 'address.unknown' })
  })

  test('on all addresses, IPv6 included, answers with the one that was asked for', async () => {
    const desk = createFakeBootDesk()
    await using server = await open({ host: '::', desk })

    await fetch(`http://[::1]:${server.port}/boot.ipxe`)
    await fetch(`http://127.0.0.1:${server.port}/boot.ipxe`)

    expect(desk.clients.map(({ address, base }) => [address, base])).toEqual([
      ['::1', `http://[::1]:${server.port}`],
      ['127.0.0.1', `http://127.0.0.1:${server.port}`],
    ])
  })
})
