import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { createFakeControlDesk } from '../../../test/support/fake-control-desk.ts'
import { createEventStreams, type StreamRequest } from './event-streams.ts'
import { DEFAULT_CONTROL_LIMITS } from './limits.ts'

function open(limits: Partial<typeof DEFAULT_CONTROL_LIMITS> = {}) {
  const desk = createFakeControlDesk()
  const streams = createEventStreams(desk, { ...DEFAULT_CONTROL_LIMITS, ...limits })
  const follow = (request: Partial<StreamRequest> = {}) => {
    const stream = streams.open({ filter: {}, isStillWelcome: async () => true, ...request })
    onTestFinished(() => void stream.destroy())
    return stream
  }
  return { desk, follow, streams }
}

/** Reads until so many events (messages with data) have come; resolves to their ids, `undefined` for none. */
async function idsOf(stream: Readable, count: number): Promise<(number | undefined)[]> {
  const ids: (number | undefined)[] = []
  let text = ''
  while (ids.length < count) {
    const chunk = stream.read()
    if (chunk === null) {
      await once(stream, 'readable')
      continue
    }
    text += chunk
    const messages = text.split('\n\n')
    text = messages.pop() ?? ''
    for (const message of messages.filter((candidate) => candidate.includes('data: '))) {
      const id = /^id: (\d+)$/m.exec(message)?.[1]
      ids.push(id === undefined ? undefined : Number(id))
    }
  }
  return ids
}

test('a follower hears what happens from now on', async () => {
  const { desk, follow } = open()
  desk.tell()
  const stream = follow()

  desk.tell()
  desk.tellProgress()

  expect(await idsOf(stream, 2)).toEqual([2, undefined])
})

test('a follower that comes back hears what it missed, then what happens, each once and in order', async () => {
  const { desk, follow } = open()
  for (let id = 1; id <= 1000; id++) desk.tell()
  const stream = follow({ afterId: 3 })

  const missed = idsOf(stream, 998)
  desk.tell()

  expect(await missed).toEqual(Array.from({ length: 998 }, (_, index) => index + 4))
})

test('what overflows while it catches up is read from the store', async () => {
  const { desk, follow } = open({ maxQueuedEvents: 5 })
  for (let id = 1; id <= 300; id++) desk.tell()
  const stream = follow({ afterId: 0 })

  for (let id = 301; id <= 340; id++) desk.tell()

  expect(await idsOf(stream, 340)).toEqual(Array.from({ length: 340 }, (_, index) => index + 1))
})

test('a follower that does not keep up is let go', async () => {
  const { desk, follow, streams } = open({ maxQueuedEvents: 50 })
  const stream = follow()
  const closed = once(stream, 'close')

  const detail = 'x'.repeat(4096)
  for (let id = 1; id <= 200; id++)
    desk.tell({ type: 'host.stage', data: { stage: 's', detail, address: 'a' } })
  await closed

  expect([streams.count, desk.listeners.size]).toEqual([0, 0])
})

test('a follower that accepts nothing is let go although nothing happens', async () => {
  const { desk, follow } = open({ heartbeatMs: 5, stallMs: 20 })
  const detail = 'x'.repeat(100_000)
  desk.tell({ type: 'host.stage', data: { stage: 's', detail, address: 'a' } })
  desk.tell({ type: 'host.stage', data: { stage: 's', detail, address: 'a' } })
  desk.tell({ type: 'host.stage', data: { stage: 's', detail, address: 'a' } })
  const stream = follow({ afterId: 0 })
  stream.read(0)

  await once(stream, 'close')

  expect(desk.listeners.size).toBe(0)
})

test('a quiet stream is kept alive, and ends when its token is revoked', async () => {
  const { follow } = open({ heartbeatMs: 2 })
  let isWelcome = true
  const stream = follow({ isStillWelcome: async () => isWelcome })

  let text = ''
  for await (const chunk of stream) {
    text += chunk
    if (text.split(': heartbeat').length > 2) isWelcome = false
  }

  expect(text).toMatch(/^retry: \d+\nid: 0\n\n(: heartbeat\n\n)+$/)
})

test('only events that fit are told', async () => {
  const { desk, follow } = open()
  const stream = follow({ afterId: 0, filter: { host: 'edge-2' } })
  desk.tell()
  desk.tell({ host: 'edge-2' })
  desk.tell()
  desk.tell({ host: 'edge-2' })

  expect(await idsOf(stream, 2)).toEqual([2, 4])
})

test('there are not more followers than allowed, and one that leaves makes room', async () => {
  const { follow } = open({ maxStreams: 1 })
  const first = follow()

  expect(() => follow()).toThrow(/follow events already/)
  first.destroy()
  await once(first, 'close')

  expect(() => follow()).not.toThrow()
})

test('a follower that leaves while nothing happens is forgotten at once', async () => {
  const { desk, follow, streams } = open()
  const stream = follow({ afterId: 0 })
  await once(stream, 'readable')
  stream.read()

  stream.destroy()
  await once(stream, 'close')

  expect([streams.count, desk.listeners.size]).toEqual([0, 0])
})

test('all streams end in order when the server stops', async () => {
  const { follow, streams } = open()
  const stream = follow()

  streams.closeAll()
  stream.resume()
  await once(stream, 'close')

  expect(stream.readableEnded).toBe(true)
  expect(streams.count).toBe(0)
})
