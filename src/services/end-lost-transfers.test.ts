import { expect, test } from 'vitest'
import { aHost } from '../../test/support/a-host.ts'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { createFixedRandom } from '../../test/support/fixed-random.ts'
import { createSilentLog } from '../../test/support/silent-log.ts'
import { createMemoryStore } from '../adapters/store-memory/memory-store.ts'
import { endLostTransfers } from './end-lost-transfers.ts'
import { openHostBook } from './host-book.ts'

const TOTAL = 1000
const ADDRESS = '10.0.2.15'

test('downloads that were under way when the process was killed have broken off, and nothing else has', async () => {
  const store = createMemoryStore()
  const clock = createFakeClock()
  const random = createFixedRandom()
  const parts = { store, clock, random, log: createSilentLog() }
  const killed = await openHostBook(parts)
  await killed.add(aHost(), aHost({ name: 'edge-2' }))
  const { bootId } = await killed.openBoot('edge-1')
  await killed.record(
    'edge-1',
    { type: 'script.served', data: { action: 'install', address: ADDRESS } },
    bootId,
  )
  const whole = { role: 'kernel', bytes: TOTAL, total: TOTAL } as const
  await killed.record('edge-1', { type: 'artifact.started', data: { ...whole, bytes: 0 } }, bootId)
  await killed.record('edge-1', { type: 'artifact.finished', data: whole }, bootId)
  await killed.record(
    'edge-1',
    { type: 'artifact.started', data: { role: 'rootfs', bytes: 0, total: TOTAL } },
    bootId,
  )
  clock.advance(3_600_000)

  const book = await openHostBook(parts)
  const before = book.lastEventId()
  await endLostTransfers(book)
  await endLostTransfers(book)

  const news = (await store.events()).filter(({ id }) => id > before)
  expect(news).toMatchObject([
    { host: 'edge-1', type: 'artifact.aborted', bootId, data: { role: 'rootfs', total: TOTAL } },
  ])
  expect(book.state('edge-1')?.life.transfers).toMatchObject({
    kernel: { finishedAt: expect.any(Number) },
    rootfs: { cutOffAt: clock.now() },
  })
})
