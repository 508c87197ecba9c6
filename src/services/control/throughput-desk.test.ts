import { expect, test } from 'vitest'
import { createFakeClock } from '../../../test/support/fake-clock.ts'
import type { Pacing } from '../../domain/pacing/pacing.ts'
import { createThroughput } from '../throughput.ts'
import { createThroughputDesk } from './throughput-desk.ts'

const silent = {
  started: () => undefined,
  progress: () => undefined,
  finished: () => undefined,
  aborted: () => undefined,
}

function aDesk(linkSpeed: () => Promise<number | undefined>, pacing?: Pacing) {
  const clock = createFakeClock(0)
  const throughput = createThroughput({ clock, loop: { busy: () => 0.5 } })
  return { clock, desk: createThroughputDesk({ throughput, linkSpeed, pacing, clock }), throughput }
}

test('a full card is said to be what holds the downloads up', async () => {
  const { clock, desk, throughput } = aDesk(async () => 1000)
  const transfer = throughput.count(silent, 'edge-1')
  transfer.started()
  for (let bytes = 4800; bytes <= 9600; bytes += 4800) {
    transfer.progress(bytes)
    clock.advance(5000)
    throughput.sample()
  }

  const all = await desk.throughput(undefined)
  const news = await desk.throughput(5000)

  expect(all).toMatchObject({ intervalMs: 5000, linkBytesPerSecond: 1000, bottleneck: { where: 'link' } })
  expect(all.samples).toHaveLength(2)
  expect(news.samples).toEqual([{ at: 10_000, bytes: 4800, transfers: 1, hosts: 1, busy: 0.5 }])
  expect(news.bottleneck).toEqual(all.bottleneck)
})

test('a budget that is used up is said to be what holds the downloads up', async () => {
  const { clock, desk, throughput } = aDesk(async () => 1000, { bytesPerSecond: 500, order: 'first' })
  const transfer = throughput.count(silent, 'edge-1')
  transfer.started()
  transfer.progress(2400)
  clock.advance(5000)
  throughput.sample()

  expect(await desk.throughput(undefined)).toMatchObject({ bottleneck: { where: 'budget' } })
})

test('the card is looked up once a minute, and a failure is no speed', async () => {
  let asked = 0
  const { clock, desk } = aDesk(async () => {
    asked += 1
    throw new Error('no such card')
  })

  expect(await desk.throughput(undefined)).not.toHaveProperty('linkBytesPerSecond')
  await desk.throughput(undefined)
  expect(asked).toBe(1)
  clock.advance(60_000)
  await desk.throughput(undefined)

  expect(asked).toBe(2)
})
