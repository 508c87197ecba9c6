import { randomBytes } from 'node:crypto'
import { get } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Pacing } from '../../src/domain/pacing/pacing.ts'
import { createPace } from '../../src/servers/http-boot/transfers/pace.ts'
import { openServedFile, type ServedFile } from '../support/served-file.ts'

const RATE = 2_000_000
const BURST = RATE / 20
const SIZE = 1_000_000
const content = randomBytes(SIZE)

/** Serves the file at a pace whose clock moves on to when it wants to look again, as soon as no read is under way. */
async function serveByFastClock(pacing: Pacing) {
  let nowMs = 0
  let isReading = (): boolean => false
  const pace = createPace(pacing, {
    now: () => nowMs,
    wakeAfter: (ms, wake) => {
      const look = (): NodeJS.Immediate =>
        setImmediate(() => {
          if (isReading()) {
            handle = look()
            return
          }
          nowMs += ms
          wake()
        })
      let handle = look()
      return () => clearImmediate(handle)
    },
  })
  // One that is looked at only once: with the clock that far ahead of the disk, each look would seem to take long.
  const file = await openServedFile(content, { pace, recheckMs: 60_000 })
  isReading = () => file.readsUnderWay() > 0
  return { file, now: () => nowMs }
}

/** Bytes that came in so far, and whether they were the right ones once all were there. */
function download(port: number, path: string, onBytes: () => void = () => undefined) {
  const client = { bytes: 0, whole: Promise.resolve(false) }
  const { promise, resolve, reject } = Promise.withResolvers<boolean>()
  client.whole = promise
  const request = get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
    const received: Buffer[] = []
    response.on('data', (chunk: Buffer) => {
      client.bytes += chunk.length
      received.push(chunk)
      onBytes()
    })
    response.on('end', () => resolve(Buffer.concat(received).equals(content)))
    response.on('error', reject)
  })
  request.on('error', reject)
  return client
}

/** One host by its boot, one by its address; the second begins as soon as the first has its first bytes. */
async function twoHosts(file: ServedFile) {
  const begun = Promise.withResolvers<void>()
  const first = download(file.port, file.target, begun.resolve)
  await begun.promise
  const second = download(file.port, '/palette.squashfs')
  return { first, second }
}

describe('a boot server with a budget', () => {
  test('sends the host that began first its file before the other, and all within the budget', async () => {
    const { file, now } = await serveByFastClock({ bytesPerSecond: RATE, order: 'first' })
    onTestFinished(() => file[Symbol.asyncDispose]())

    const { first, second } = await twoHosts(file)
    expect(await first.whole).toBe(true)
    const behind = second.bytes
    expect(await second.whole).toBe(true)

    expect(behind).toBeLessThan(SIZE / 2)
    expect(now()).toBeGreaterThanOrEqual(((2 * SIZE - BURST) / RATE) * 1000 - 1)
  })

  test('bounds each host by itself', async () => {
    const { file, now } = await serveByFastClock({ hostBytesPerSecond: RATE, order: 'first' })
    onTestFinished(() => file[Symbol.asyncDispose]())

    const { first, second } = await twoHosts(file)
    expect(await Promise.all([first.whole, second.whole])).toEqual([true, true])

    expect(now()).toBeGreaterThanOrEqual(((SIZE - BURST) / RATE) * 1000 - 1)
  })

  test('goes on for the others when a host goes away in the middle', async () => {
    const { file } = await serveByFastClock({ bytesPerSecond: RATE, order: 'first' })
    onTestFinished(() => file[Symbol.asyncDispose]())
    const away = get({ host: '127.0.0.1', port: file.port, path: file.target, agent: false }, (response) => {
      response.once('data', () => response.destroy())
    }).on('error', () => undefined)

    const second = download(file.port, '/palette.squashfs')

    expect(await second.whole).toBe(true)
    away.destroy()
    const ended = await file.desk.whenEnded(2)
    expect(ended.map(({ ends }) => ends[0]?.kind).toSorted()).toEqual(['aborted', 'finished'])
  })

  test('lets nobody go who is kept waiting by the budget alone', async () => {
    let nowMs = 0
    // Each look takes four times as long as a client may stall.
    const slowPace = createPace(
      { bytesPerSecond: RATE, order: 'first' },
      {
        now: () => nowMs,
        wakeAfter: (ms, wake) => {
          const timer = setTimeout(() => {
            nowMs += ms
            wake()
          }, 200)
          return () => clearTimeout(timer)
        },
      },
    )
    await using file = await openServedFile(content, { pace: slowPace, limits: { stallMs: 50 } })
    const headers = { range: `bytes=0-${BURST + 20_000}` }

    const { promise, resolve, reject } = Promise.withResolvers<number>()
    const { port, target: path } = file
    get({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
      })
      response.on('end', () => resolve(bytes))
      response.on('error', reject)
    }).on('error', reject)

    expect(await promise).toBe(BURST + 20_001)
  })
})
