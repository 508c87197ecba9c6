import { expect, test } from 'vitest'
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
