import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { beforeAll, describe, expect, test } from 'vitest'
import { loadSystemCalls } from '../../src/adapters/blobs-disk/system-calls.ts'
import { openServerCertificate } from '../../src/adapters/tls-x509/server-certificate.ts'
import type { BootTls } from '../../src/servers/http-boot/boot-app.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { openServedFile, type ServedFile } from '../support/served-file.ts'

const MIB = 1024 * 1024
const CONTENT = randomBytes(20 * MIB + 4321)
const CLIENTS = 40

let tls: BootTls
beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'edgeboot-transfers-'))
  const clock = createFakeClock(Date.now())
  tls = await openServerCertificate({ directory, names: [], clock, leaf: 'boot' })
  await rm(directory, { recursive: true })
})

async function open(file: ServedFile, isTls: boolean): Promise<Duplex> {
  const about = { host: '127.0.0.1', port: file.port }
  const socket = isTls ? connectTls({ ...about, rejectUnauthorized: false }) : connect(about)
  await once(socket, isTls ? 'secureConnect' : 'connect')
  return socket
}

/** The body of one range, read at the pace at which `pause` lets the client read. */
async function download(
  file: ServedFile,
  isTls: boolean,
  [from, to]: readonly [number, number],
  pause: () => Promise<unknown> | undefined,
): Promise<Buffer> {
  const socket = await open(file, isTls)
  socket.write(
    `GET ${file.target} HTTP/1.1\r\nHost: x\r\nRange: bytes=${from}-${to - 1}\r\nConnection: close\r\n\r\n`,
  )
  const received: Buffer[] = []
  for await (const bytes of socket) {
    received.push(bytes)
    await pause()
  }
  const all = Buffer.concat(received)
  return all.subarray(all.indexOf('\r\n\r\n') + 4)
}

const nextRound = () => new Promise((resolve) => setImmediate(resolve))

/** Ranges of all sizes and places; each third client reads slowly, so that its connection is full most of the time. */
async function downloadMany(file: ServedFile, isTls: boolean): Promise<number> {
  let total = 0
  await Promise.all(
    Array.from({ length: CLIENTS }, async (_, index) => {
      const from = (index * 7_654_321) % CONTENT.length
      const to = Math.min(CONTENT.length, from + 1 + ((index * 3_456_789) % (12 * MIB)))
      const body = await download(file, isTls, [from, to], () => (index % 3 ? undefined : nextRound()))
      expect(body.equals(CONTENT.subarray(from, to)), `${from} to ${to}`).toBe(true)
      total += body.length
    }),
  )
  return total
}

describe('many downloads of different parts at once', () => {
  test.each([
    ['over HTTP', { isTls: false, isDirect: true, recheckMs: 250 }],
    ['over HTTP, the file looked at before each piece', { isTls: false, isDirect: true, recheckMs: 0 }],
    ['over HTTP, through memory', { isTls: false, isDirect: false, recheckMs: 250 }],
    ['over HTTPS', { isTls: true, isDirect: true, recheckMs: 250 }],
    [
      'over HTTPS, with little memory for each',
      { isTls: true, isDirect: true, recheckMs: 250, limits: { maxBytesInFlight: 2 * MIB } },
    ],
    ['over HTTPS, through memory', { isTls: true, isDirect: false, recheckMs: 250 }],
  ])('%s each bring the bytes that stand there in the file', async (_, { isTls, ...reading }) => {
    await using file = await openServedFile(CONTENT, { ...reading, ...(isTls ? { tls } : {}) })

    const total = await downloadMany(file, isTls)

    const transfers = await file.desk.whenEnded(CLIENTS)
    const sums = transfers.map(({ ends: [end] }) => (end?.kind === 'finished' ? end.bytes : -1))
    expect(sums.reduce((sum, bytes) => sum + bytes, 0)).toBe(total)
    const isDirect = reading.isDirect && (await loadSystemCalls()) !== undefined
    // Only the ends of the ranges, which are sent after a look at the file.
    if (isDirect) expect(file.readBytes()).toBeLessThanOrEqual(CLIENTS * 16 * 1024)
    else expect(file.readBytes()).toBeGreaterThanOrEqual(total)
  })
})
