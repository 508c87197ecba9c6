import { fc, test as propertyTest } from '@fast-check/vitest'
import { afterEach, expect, test, vi } from 'vitest'
import { createRounds } from './rounds.ts'
import { sendRange } from './send-range.ts'
import { watchReads } from './stall.ts'
import { BRIEF_BYTES } from './turns.ts'
import type { Way } from './ways/way.ts'

afterEach(() => void vi.useRealTimers())

/** A way that takes, has ready and is asked for as many bytes as the lists say, one after the other and again. */
function aWay(sizes: readonly number[], isReadyList: readonly boolean[]) {
  const sent: number[] = []
  let [step, look] = [0, 0]
  const prepared: number[] = []
  const way: Way = {
    pieceBytes: () => 1 + (sizes[step++ % sizes.length] ?? 0),
    isReady: () => isReadyList[look++ % isReadyList.length] ?? true,
    prepare: async (at) => void prepared.push(at),
    send(at, length, whenRoom) {
      const taken = Math.max(1, Math.ceil(length / 2))
      for (let index = 0; index < taken; index += 1) sent.push(at + index)
      if (step % 2) queueMicrotask(whenRoom)
      else setImmediate(whenRoom)
      return taken
    },
  }
  return { way, sent, prepared }
}

propertyTest.prop([
  fc.nat({ max: 50 }),
  fc.nat({ max: 300 }),
  fc.array(fc.nat({ max: 40 }), { minLength: 1 }),
  fc.array(fc.boolean(), { minLength: 1 }),
])('all bytes of the range are sent once and in order', async (offsetBytes, lengthBytes, sizes, ready) => {
  const { way, sent } = aWay(sizes, ready)
  let counted = 0

  await sendRange(
    { offsetBytes, lengthBytes },
    {
      ...{ way, turns: createRounds(), signal: new AbortController().signal },
      count: (bytes) => {
        counted += bytes
      },
    },
  )

  expect(sent).toEqual(Array.from({ length: lengthBytes }, (_, index) => offsetBytes + index))
  expect(counted).toBe(lengthBytes)
})

test('what never says it is ready is sent after it was waited for', async () => {
  const { way, sent, prepared } = aWay([9], [false])
  const options = { way, turns: createRounds(), signal: new AbortController().signal, count: () => undefined }

  await sendRange({ offsetBytes: 0, lengthBytes: 100 }, options)

  expect(sent).toHaveLength(100)
  expect(prepared.length).toBeGreaterThan(0)
})

test('what is ready is sent before the rest of a turn is waited for', async () => {
  const MIB = 1024 * 1024
  const steps: string[] = []
  const way: Way = {
    pieceBytes: () => Number.POSITIVE_INFINITY,
    isReady: (at) => at !== 2 * MIB,
    prepare: async (at, length) => void steps.push(`waited for ${length / MIB} MiB at ${at / MIB}`),
    send(at, length, whenRoom) {
      steps.push(`sent up to ${(at + length) / MIB} MiB`)
      whenRoom()
      return length
    },
  }
  const options = { way, turns: createRounds(), signal: new AbortController().signal, count: () => undefined }

  await sendRange({ offsetBytes: 0, lengthBytes: 6 * MIB }, options)

  const brief = `sent up to ${BRIEF_BYTES / MIB} MiB`
  expect(steps).toEqual([brief, 'sent up to 2 MiB', 'waited for 1 MiB at 2', 'sent up to 6 MiB'])
})

test('over a connection that takes pieces a turn goes on before others have theirs', async () => {
  const rounds: (() => void)[] = []
  const turns = createRounds({ now: () => 0, nextRound: (round) => rounds.push(round) })
  const KIB = 1024
  const order: string[] = []
  const sendAs = (name: string) => {
    const way: Way = {
      isInPieces: true,
      pieceBytes: () => 1024 * KIB,
      isReady: () => true,
      prepare: async () => undefined,
      send(at, length, whenRoom) {
        order.push(`${name} ${at / KIB}`)
        // As sockets do: when the event loop has come round, before the next round.
        queueMicrotask(whenRoom)
        return length
      },
    }
    const signal = new AbortController().signal
    const range = { offsetBytes: 0, lengthBytes: 6 * 1024 * KIB }
    return sendRange(range, { way: watchReads().of(way), turns, signal, count: () => undefined })
  }

  const all = Promise.all(['a', 'b', 'c'].map(sendAs))
  for (let count = 0; count < 6; count += 1) {
    order.push('|')
    rounds.shift()?.()
    await Promise.resolve()
  }

  const [a, b] = ['a 16 b 16', 'a 1040 b 1040']
  expect(order.join(' ')).toBe(`| a 0 b 0 c 0 | ${a} | ${b} | a 2064 b 2064 | a 3088 b 3088 | c 16 a 4112`)
  while (rounds.length > 0) {
    rounds.shift()?.()
    await Promise.resolve()
  }
  await all
})

test.each([
  ['a moment', 400, [0, 1, 2, 3]],
  ['longer', 600, [0, 1, 2, 3, 2, 3]],
])(
  'what a connection that was full for %s did not take of a turn is looked for as need be',
  async (_, ms, expected) => {
    const MIB = 1024 * 1024
    vi.useFakeTimers({ toFake: ['performance'] })
    const looks: number[] = []
    let isFull = true
    const way: Way = {
      pieceBytes: () => Number.POSITIVE_INFINITY,
      isReady: (at) => looks.push(Math.floor(at / MIB)) > 0,
      prepare: async () => undefined,
      send(_at, length, whenRoom) {
        setImmediate(whenRoom)
        if (length === BRIEF_BYTES) return length
        vi.advanceTimersByTime(ms)
        if (!isFull) return length
        isFull = false
        return MIB
      },
    }
    const options = {
      way,
      turns: createRounds(),
      signal: new AbortController().signal,
      count: () => undefined,
    }

    await sendRange({ offsetBytes: 0, lengthBytes: 4 * MIB }, options)

    expect(looks).toEqual(expected)
  },
)

test.each(['in line', 'while it waits for bytes', 'while it waits for room'])(
  'given up %s it sends no more',
  async (when) => {
    const abort = new AbortController()
    const sent: number[] = []
    const way: Way = {
      pieceBytes: () => 10,
      isReady: () => when !== 'while it waits for bytes',
      prepare: () => new Promise(() => abort.abort('gone')),
      send(at) {
        sent.push(at)
        abort.abort('gone')
        return 1
      },
    }
    const sending = sendRange(
      { offsetBytes: 0, lengthBytes: 100 },
      { way, turns: createRounds(), signal: abort.signal, count: () => undefined },
    )
    if (when === 'in line') abort.abort('gone')

    await expect(sending).rejects.toBe('gone')
    expect(sent).toEqual(when === 'while it waits for room' ? [0] : [])
  },
)

test.each(['prepare', 'send'] as const)('a failure to %s is that of the whole', async (which) => {
  const failure = new Error('the disk is broken')
  const way: Way = {
    pieceBytes: () => 10,
    isReady: () => which === 'send',
    prepare: () => Promise.reject(failure),
    send: () => {
      throw failure
    },
  }
  const options = { way, turns: createRounds(), signal: new AbortController().signal, count: () => undefined }

  await expect(sendRange({ offsetBytes: 0, lengthBytes: 100 }, options)).rejects.toBe(failure)
})
