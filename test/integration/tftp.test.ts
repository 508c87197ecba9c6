import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { createSystemClock } from '../../src/adapters/clock-system/system-clock.ts'
import { loadDatagramCalls } from '../../src/adapters/sockets-linux/datagram-calls.ts'
import type { BootFiles } from '../../src/ports/boot-files.ts'
import { openTftpServer, type TftpServerOptions } from '../../src/servers/tftp/tftp-server.ts'
import { openLossyProxy } from '../support/lossy-udp-proxy.ts'
import { createRecordingLog } from '../support/recording-log.ts'
import { createRecordingTftpObserver } from '../support/tftp-observer.ts'
import { openUdpClient } from '../support/udp-client.ts'

const run = promisify(execFile)
const datagrams = await loadDatagramCalls()
const directory = mkdtempSync(join(tmpdir(), 'edgeboot-tftp-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** Blocks of 512 bytes up to and over the largest number, 65535. */
const LARGE = 40_000_000
const SIZES = [0, 1, 511, 512, 513, 3 * 1468] as const
const CONTENT = new Map([...SIZES, 200_000, LARGE].map((size) => [`boot/${size}.bin`, contentOf(size)]))

/** Bytes that never repeat at a distance of any block size. */
function contentOf(size: number): Buffer {
  const bytes = Buffer.alloc(size + 4)
  for (let at = 0; at < size; at += 4) bytes.writeUInt32LE(Math.imul(at + 1, 2_654_435_761) >>> 0, at)
  return bytes.subarray(0, size)
}

const FILES: BootFiles = {
  find(name) {
    const bytes = CONTENT.get(name)
    return bytes && { bytes, mediaType: 'application/octet-stream' }
  },
}

type Client = (port: number, name: string, target: string) => readonly [program: string, ...args: string[]]

const atftp =
  (...options: readonly string[]): Client =>
  (port, name, target) => {
    const asked = options.flatMap((option) => ['--option', option])
    return [
      'atftp',
      '--get',
      '--tftp-timeout',
      '2',
      ...asked,
      '-r',
      name,
      '-l',
      target,
      '127.0.0.1',
      `${port}`,
    ]
  }

/** From the time for connecting curl makes the time-out that it asks for: one second. */
const curl =
  (...options: readonly string[]): Client =>
  (port, name, target) => {
    const patience = ['--connect-timeout', '4', '--max-time', '100']
    return ['curl', '-sSf', ...patience, ...options, '-o', target, `tftp://127.0.0.1:${port}/${name}`]
  }

const CLIENTS: Readonly<Record<string, Client>> = {
  'atftp, plain': atftp(),
  'atftp, blksize 1468': atftp('blksize 1468'),
  'atftp, blksize 1468, windowsize 16': atftp('blksize 1468', 'windowsize 16'),
  'tftp-hpa': (port, name, target) => {
    return ['tftp', '-m', 'binary', '127.0.0.1', `${port}`, '-c', 'get', name, target]
  },
  curl: curl(),
  'curl, without options': curl('--tftp-no-options'),
}
/** Clients that ask for 512 bytes, so that block numbers roll over. */
const ROLLING = ['atftp, plain', 'tftp-hpa', 'curl', 'curl, without options']

async function openServer(options: Partial<TftpServerOptions> = {}) {
  const observe = createRecordingTftpObserver()
  const log = createRecordingLog()
  const server = await openTftpServer({
    files: FILES,
    log,
    clock: createSystemClock(),
    host: '127.0.0.1',
    port: 0,
    observe,
    datagrams,
    ...options,
  })
  return { server, observe, log }
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const targetOf = (name: string): string => join(directory, name.replaceAll('/', '-'))

/** Fetches into an empty file and says the digest of what came. */
async function fetchWith(client: Client, port: number, name: string): Promise<string> {
  const target = targetOf(name)
  writeFileSync(target, '')
  const [program, ...args] = client(port, name, target)
  await run(program, args, { timeout: 110_000 })
  return digest(readFileSync(target))
}

describe.each(['single-port', 'usual'] as const)('in mode %s', (mode) => {
  test.each(Object.entries(CLIENTS))('%s gets files of every size', async (_name, client) => {
    const { server, observe } = await openServer({ mode })
    await using _server = server
    for (const size of SIZES) {
      const name = `boot/${size}.bin`

      expect(await fetchWith(client, server.port, name), name).toBe(digest(contentOf(size)))
    }

    expect(observe.news.filter(({ kind }) => kind !== 'sent')).toEqual([])
  })
})

test.each(Object.entries(CLIENTS))('%s gets a file of 40 MB', async (name, client) => {
  const { server, observe } = await openServer()
  await using _server = server

  expect(await fetchWith(client, server.port, `boot/${LARGE}.bin`)).toBe(
    digest(CONTENT.get(`boot/${LARGE}.bin`) ?? Buffer.alloc(0)),
  )
  const blockSize = ROLLING.includes(name) ? 512 : 1468
  expect(await observe.next('sent')).toMatchObject({ bytes: LARGE, blockSize })
})

test('datagrams go many at a time where the system can do that, and one by one elsewhere', async () => {
  let calls = 0
  const counting = datagrams && {
    ...datagrams,
    receive: (...[socket, hear]: Parameters<typeof datagrams.receive>) => {
      const count = datagrams.receive(socket, hear)
      calls += count
      return count
    },
  }
  const { server: direct } = await openServer({ datagrams: counting })
  const { server: usual } = await openServer({ datagrams: undefined })
  await using _direct = direct
  await using _usual = usual

  for (const { port } of [direct, usual]) {
    expect(await fetchWith(curl(), port, 'boot/200000.bin')).toBe(digest(contentOf(200_000)))
  }

  expect(calls).toBeGreaterThan(0)
})

describe('through a network that loses, repeats and reorders packets', () => {
  test.each(Object.entries(CLIENTS))('%s gets every byte', async (_name, client) => {
    const { server } = await openServer({ limits: { retryMs: 100, tries: 20 } })
    await using _server = server
    await using proxy = await openLossyProxy(server.port, { lost: 20, twice: 20, late: 20 }, 7)

    expect(await fetchWith(client, proxy.port, 'boot/200000.bin')).toBe(digest(contentOf(200_000)))
    expect(Math.min(proxy.counts.lost, proxy.counts.twice, proxy.counts.late)).toBeGreaterThan(0)
  })
})

describe('what clients are told', () => {
  const said = async (...[program, ...args]: [string, ...string[]]): Promise<string> => {
    const { stdout, stderr } = await run(program, args, { timeout: 60_000 }).catch((error) => error)
    return `${stdout}${stderr}`
  }

  test('that nothing can be written', async () => {
    const { server, observe } = await openServer()
    await using _server = server
    const source = targetOf('source')
    writeFileSync(source, 'x'.repeat(2000))
    const port = String(server.port)

    expect(await said('tftp', '-m', 'binary', '127.0.0.1', port, '-c', 'put', source, 'boot/1.bin')).toMatch(
      /Error code 4: nothing can be written/,
    )
    await said('curl', '-sS', '-T', source, `tftp://127.0.0.1:${port}/boot/1.bin`)
    await said('atftp', '--put', '-l', source, '-r', 'boot/1.bin', '127.0.0.1', port)

    expect(observe.news.length).toBeGreaterThanOrEqual(3)
    for (const { kind, reason } of observe.news)
      expect([kind, reason]).toEqual(['refused', 'it wanted to write'])
    expect(server.transfers).toBe(0)
  })

  test('that text mode is not served, and what to use', async () => {
    const { server, observe } = await openServer()
    await using _server = server
    const port = String(server.port)

    expect(
      await said('tftp', '-m', 'ascii', '127.0.0.1', port, '-c', 'get', 'boot/1.bin', targetOf('x')),
    ).toContain('use mode octet')
    await said('curl', '-sS', '-B', `tftp://127.0.0.1:${port}/boot/1.bin`)
    expect(observe.news.map(({ reason }) => reason)).toEqual(
      Array(2).fill('it asked for mode netascii; only octet (binary) is served'),
    )
  })

  test.each(['../boot/1.bin', '/etc/passwd', 'boot/../boot/1.bin', 'boot/', 'boot\\1.bin', 'nothing'])(
    'that there is no %s',
    async (name) => {
      const { server, observe } = await openServer()
      await using _server = server

      expect(
        await said(
          'tftp',
          '-m',
          'binary',
          '127.0.0.1',
          String(server.port),
          '-c',
          'get',
          name,
          targetOf('x'),
        ),
      ).toMatch(/Error code 1: no such boot file/)
      expect(observe.news).toMatchObject([{ kind: 'refused', name }])
    },
  )
})

test('while one address floods, memory stays bounded and another is served', async () => {
  const { server, observe } = await openServer()
  await using _server = server
  const request = Buffer.from(`\0\x01boot/${LARGE}.bin\0octet\0windowsize\x0064\0`, 'latin1')
  const flooders = await Promise.all(Array.from({ length: 300 }, () => openUdpClient('127.0.0.9')))
  let most = 0
  let isFlooding = true
  // A few at a time: all of them at once would fill the socket of the server before it has a turn, in this one process.
  const flood = async (): Promise<void> => {
    for (let round = 0; isFlooding; round += 1) {
      for (let at = 0; at < 10; at += 1)
        flooders[(round * 10 + at) % flooders.length]?.send(request, server.port)
      most = Math.max(most, server.transfers)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const flooding = flood()
  await flooders[0]?.receive()
  try {
    for (const [name, client] of Object.entries(CLIENTS)) {
      expect(await fetchWith(client, server.port, 'boot/200000.bin'), name).toBe(digest(contentOf(200_000)))
    }
  } finally {
    isFlooding = false
    await flooding
    for (const flooder of flooders) flooder[Symbol.dispose]()
  }

  // Sixteen for the flooding address and one for the client.
  expect(most).toBeLessThanOrEqual(17)
  expect(most).toBeGreaterThanOrEqual(16)
  // 200 requests at once and 50 a second are answered; what comes beyond is told of once a minute.
  const refused = observe.news.filter(({ kind, address }) => kind === 'refused' && address === '127.0.0.9')
  expect(refused.filter(({ reason }) => reason?.startsWith('it asks too often')).length).toBeGreaterThan(0)
})
