import { describe, expect, test } from 'vitest'
import { aHost } from '../../test/support/a-host.ts'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { createFixedRandom } from '../../test/support/fixed-random.ts'
import { createSilentLog } from '../../test/support/silent-log.ts'
import { createMemoryStore } from '../adapters/store-memory/memory-store.ts'
import { openHostBook } from './host-book.ts'

const parts = () => ({ clock: createFakeClock(), random: createFixedRandom(), log: createSilentLog() })
const on = { type: 'machine.power', data: { state: 'on', cause: 'asked' } } as const

test('the states are never behind the event they are said to be after', async () => {
  const store = createMemoryStore()
  const stored = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  const { appendEvents } = store
  store.appendEvents = async (...events) => {
    const recorded = await appendEvents(...events)
    stored.resolve()
    await goOn.promise
    return recorded
  }
  const book = await openHostBook({ store, ...parts() })
  await book.add(aHost())

  const recording = book.record('edge-1', on)
  await stored.promise
  const during = { id: book.lastEventId(), stored: await store.lastEventId(), ...book.state('edge-1')?.life }
  goOn.resolve()
  await recording

  expect(during).toMatchObject({ id: 0, stored: 2, phase: 'defined' })
  // The event, and the change of phase that came of it.
  expect(book.lastEventId()).toBe(2)
  expect(book.state('edge-1')?.life.phase).toBe('firmware')
})

test('a book that is opened again goes on after what is stored, and news that is not kept has no place', async () => {
  const store = createMemoryStore()
  const first = await openHostBook({ store, ...parts() })
  await first.add(aHost())
  await first.record('edge-1', on)

  const book = await openHostBook({ store, ...parts() })
  await book.record('edge-1', { type: 'artifact.progress', data: { role: 'kernel', bytes: 1, total: 2 } })

  expect(book.lastEventId()).toBe(2)
})

const progress = { type: 'artifact.started', data: { role: 'kernel', bytes: 0, total: 2 } } as const

/** A book over a store that writes down which types of events each step brought, and a clock that sleeps until told. */
async function openNoting() {
  const store = createMemoryStore()
  const clock = createFakeClock()
  const moments: (() => void)[] = []
  const { sleep } = clock
  const book = await openHostBook({
    store,
    ...parts(),
    clock: {
      ...clock,
      sleep: (ms, signal) =>
        ms === 0 ? sleep(0, signal) : new Promise((resolve) => moments.push(() => resolve())),
    },
  })
  await book.add(aHost())
  const steps: string[][] = []
  const { appendEvents } = store
  store.appendEvents = (...events) => {
    steps.push(events.map(({ type }) => type))
    return appendEvents(...events)
  }
  return { book, clock, steps, moments }
}

describe('what nobody waits for', () => {
  test('is stored in one step with what comes next, in order', async () => {
    const { book, steps } = await openNoting()

    const noting = book.note('edge-1', progress)
    await new Promise((resolve) => setImmediate(resolve))
    await book.record('edge-1', on)
    await noting

    expect(steps).toEqual([['artifact.started', 'phase.changed', 'machine.power']])
  })

  test('is stored by itself after a moment', async () => {
    const { book, steps, moments } = await openNoting()

    const noting = book.note('edge-1', progress)
    expect(moments).toHaveLength(1)
    for (const over of moments) over()
    await noting

    expect(steps).toEqual([['artifact.started', 'phase.changed']])
  })

  test('has the time at which it happened', async () => {
    const { book, clock, moments } = await openNoting()
    const times: number[] = []
    book.subscribe(({ type, time }) => void (type === 'artifact.started' && times.push(time)))

    const happened = clock.now()
    const noting = book.note('edge-1', progress)
    clock.advance(15)
    for (const over of moments) over()
    await noting

    expect(times).toEqual([happened])
  })

  test('takes effect before a host is removed, and before the book is said to be settled', async () => {
    const { book, steps } = await openNoting()

    const noting = book.note('edge-1', progress)
    await book.settled()
    expect(steps).toHaveLength(1)
    const again = book.note('edge-1', progress)
    await book.remove('edge-1')

    await expect(Promise.all([noting, again])).resolves.toBeDefined()
    expect(steps).toHaveLength(2)
  })
})

test('what happens in one round is stored in one step, each on top of what came before it', async () => {
  const store = createMemoryStore()
  const book = await openHostBook({ store, ...parts() })
  await book.add(aHost(), aHost({ name: 'edge-2' }))
  const steps: number[] = []
  const { appendEvents } = store
  store.appendEvents = (...events) => {
    steps.push(events.length)
    return appendEvents(...events)
  }
  const seen: unknown[] = []
  const told: unknown[] = []
  book.subscribe(({ host, type }, { life }) => told.push([host, type, life.phase]))

  const all = await Promise.allSettled([
    book.record('edge-1', on),
    book.decide('edge-1', ({ phase }) => {
      seen.push(phase)
      return { type: 'machine.power', data: { state: 'off', cause: 'asked' } } as const
    }),
    book.record('edge-3', on),
    book.decide('edge-2', () => {
      throw new Error('cannot say')
    }),
    book.record('edge-2', on),
  ])

  expect(all.map(({ status }) => status)).toEqual([
    ...['fulfilled', 'fulfilled', 'rejected', 'rejected', 'fulfilled'],
  ])
  expect(seen).toEqual(['firmware'])
  // Three events, each with the change of phase that came of it.
  expect(steps).toEqual([6])
  expect(told).toEqual([
    ['edge-1', 'machine.power', 'firmware'],
    ['edge-1', 'phase.changed', 'firmware'],
    ['edge-1', 'machine.power', 'defined'],
    ['edge-1', 'phase.changed', 'defined'],
    ['edge-2', 'machine.power', 'firmware'],
    ['edge-2', 'phase.changed', 'firmware'],
  ])
  expect(book.lastEventId()).toBe(await store.lastEventId())
})

test('however much happens while the store does not answer, no step is larger than a statement may be, and the order stays', async () => {
  const store = createMemoryStore()
  const book = await openHostBook({ store, ...parts() })
  await book.add(aHost())
  const steps: number[] = []
  const { appendEvents } = store
  store.appendEvents = (...events) => {
    steps.push(events.length)
    return appendEvents(...events)
  }
  const data = (at: number) => ({ path: `/${at}.png`, why: 'asked' })

  await Promise.all(
    Array.from({ length: 1234 }, (_, at) =>
      book.record('edge-1', { type: 'console.screenshot', data: data(at) }),
    ),
  )

  expect(steps).toEqual([500, 500, 234])
  expect((await store.events()).map((event) => event.data)).toEqual(
    Array.from({ length: 1234 }, (_, at) => data(at)),
  )
})

test('when they cannot be stored, none of them has happened, and later ones do', async () => {
  const store = createMemoryStore()
  const book = await openHostBook({ store, ...parts() })
  await book.add(aHost(), aHost({ name: 'edge-2' }))
  const { appendEvents } = store
  store.appendEvents = async () => {
    throw new Error('disk full')
  }

  const all = await Promise.allSettled([book.record('edge-1', on), book.record('edge-2', on)])
  store.appendEvents = appendEvents

  expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(book.states().map(({ life }) => life.phase)).toEqual(['defined', 'defined'])
  await book.record('edge-2', on)
  expect(book.state('edge-2')?.life.phase).toBe('firmware')
})

test('of a host that boots again and again the last boots are known, also to a book that is opened again', async () => {
  const store = createMemoryStore()
  const same = parts()
  const book = await openHostBook({ store, ...same })
  await book.add(aHost(), aHost({ name: 'edge-2' }))
  const other = await book.openBoot('edge-2')

  const opened = []
  for (let count = 0; count < 20; count += 1) opened.push(await book.openBoot('edge-1'))
  // Of many at once each may be the one that is handed out.
  expect(opened.every(({ bootId }) => book.byBoot(bootId))).toBe(true)
  const present = opened[3]?.bootId
  await book.record(
    'edge-1',
    { type: 'script.served', data: { action: 'install', address: '192.0.2.7' } },
    present,
  )
  same.clock.advance(3_600_001)
  opened.push(await book.openBoot('edge-1'))

  for (const known of [book, await openHostBook({ store, ...same })]) {
    expect(opened.filter(({ bootId }) => known.byBoot(bootId))).toEqual(
      opened.filter(({ bootId }, at) => at >= 13 || bootId === present),
    )
    expect(known.byToken(opened.at(-1)?.token ?? other.token)?.state.host.name).toBe('edge-1')
    expect(known.byToken(opened.at(0)?.token ?? other.token)).toBeUndefined()
    expect(known.byBoot(other.bootId)?.state.host.name).toBe('edge-2')
  }
  expect(await store.boots()).toHaveLength(10)
  await book.remove('edge-1')
  expect(book.byBoot(opened.at(-1)?.bootId ?? other.bootId)).toBeUndefined()
})
