import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { createRateLimiter } from './rate-limit.ts'

test('a burst is let through, then as many as the rate allows, and each key has its own', () => {
  const limiter = createRateLimiter({ perSecond: 2, burst: 3 })

  expect([1, 2, 3, 4].map(() => limiter.take('a', 0))).toEqual([true, true, true, false])
  expect(limiter.take('b', 0)).toBe(true)
  expect(limiter.take('a', 400)).toBe(false)
  expect(limiter.take('a', 1000)).toBe(true)
})

test('looking takes nothing', () => {
  const limiter = createRateLimiter({ perSecond: 1, burst: 1 })

  expect([limiter.has('a', 0), limiter.has('a', 0), limiter.take('a', 0), limiter.has('a', 0)]).toEqual([
    true,
    true,
    true,
    false,
  ])
})

test.prop([
  fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 200 }),
  fc.integer({ min: 1, max: 5 }),
  fc.integer({ min: 1, max: 10 }),
])('never more than the burst and what has been earned since', (pauses, perSecond, burst) => {
  const limiter = createRateLimiter({ perSecond, burst })
  let now = 0
  let allowed = 0

  for (const pause of pauses) {
    now += pause
    if (limiter.take('a', now)) allowed += 1

    expect(allowed).toBeLessThanOrEqual(burst + (now / 1000) * perSecond)
  }
})
