import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { createTokenBucket } from './token-bucket.ts'

test('begins full, and earns at its rate', () => {
  const bucket = createTokenBucket(1_000_000)

  expect([bucket.burstBytes, bucket.quantumBytes]).toEqual([50_000, 10_000])
  expect(bucket.available(0)).toBe(50_000)
  bucket.take(50_000)
  expect([bucket.available(0), bucket.waitMs(10_000, 0)]).toEqual([0, 10])
  expect([bucket.available(10), bucket.waitMs(10_000, 10)]).toEqual([10_000, 0])
  expect(bucket.available(9_999)).toBe(50_000)
})

test('what is given back may go, but no more is saved than the burst', () => {
  const bucket = createTokenBucket(1_000_000)
  bucket.take(20_000)
  bucket.giveBack(15_000)

  expect(bucket.available(0)).toBe(45_000)
  bucket.giveBack(15_000)
  expect(bucket.available(0)).toBe(50_000)
})

test('without a rate everything may go', () => {
  const bucket = createTokenBucket(undefined)
  bucket.take(10 ** 12)

  expect([bucket.available(0), bucket.waitMs(10 ** 12, 0)]).toEqual([Number.POSITIVE_INFINITY, 0])
})

test.prop([fc.integer({ min: 12_500, max: 10 ** 10 }), fc.array(fc.nat(70)), fc.nat({ max: 10 ** 6 })])(
  'whoever waits as long as was said finds what was wanted',
  (rate, pauses, wanted) => {
    const bucket = createTokenBucket(rate)
    let now = 0
    for (const pause of pauses) {
      now += pause
      bucket.take(bucket.available(now))
      const bytes = Math.min(wanted, bucket.burstBytes)
      now += bucket.waitMs(bytes, now)

      expect(bucket.available(now)).toBeGreaterThanOrEqual(bytes)
    }
  },
)
