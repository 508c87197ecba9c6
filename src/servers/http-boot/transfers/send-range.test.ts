import { fc, test as propertyTest } from '@fast-check/vitest'
import { afterEach, expect, test, vi } from 'vitest'
import { createRounds } from './rounds.ts'
import { sendRange } from './send-range.ts'
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
      steps.push(`sent ${length / MIB} MiB at ${at / MIB}`)
      whenRoom()
      return length
    },
  }
  const options = { way, turns: createRounds(), signal: new AbortController().signal, count: () => undefined }

  await sendRange({ offsetBytes: 0, lengthBytes: 6 * MIB }, options)

  expect(steps).toEqual(['sent 2 MiB at 0', 'waited for 1 MiB at 2', 'sent 4 MiB at 2'])
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
      isReady: (at) => looks.push(at / MIB) > 0,
      prepare: async () => undefined,
      send(_at, length, whenRoom) {
        vi.advanceTimersByTime(ms)
        setImmediate(whenRoom)
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
