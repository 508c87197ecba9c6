import { expect, test } from 'vitest'
import { figuresOf, rateOf, seriesOf } from './series.ts'

const throughput = {
  intervalMs: 5000,
  samples: [
    { at: 10_000, bytes: 5000, transfers: 1, hosts: 1, busy: 0.1 },
    { at: 15_000, bytes: 50_000, transfers: 4, hosts: 3, busy: 0.5 },
    { at: 20_000, bytes: 10_000, transfers: 2, hosts: 2, busy: 0.2 },
  ],
  bottleneck: { where: 'none', why: '' },
} as const

test('samples become columns of seconds and values', () => {
  expect(seriesOf(throughput, (sample) => rateOf(sample, 5000))).toEqual([
    [10, 15, 20],
    [1000, 10_000, 2000],
  ])
})

test('the figures are of the last interval, the best one and all', () => {
  expect(figuresOf(throughput)).toEqual({
    rate: 2000,
    peak: 10_000,
    sent: 65_000,
    transfers: 2,
    hosts: 2,
    busy: 0.2,
  })
  expect(figuresOf({ ...throughput, samples: [] })).toMatchObject({ rate: 0, peak: 0, sent: 0, transfers: 0 })
})
