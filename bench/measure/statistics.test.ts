import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { median, percentile, spread } from './statistics.ts'

const numbers = fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 })

describe('median', () => {
  test('is the middle one, in whatever order, and between two the mean', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([4, 1, 2, 100])).toBe(3)
    expect(median([7])).toBe(7)
    expect(median([])).toBeNaN()
  })

  test.prop([numbers])('has no more than half of them on either side', (samples) => {
    const middle = median(samples)
    expect(samples.filter((one) => one < middle).length).toBeLessThanOrEqual(samples.length / 2)
    expect(samples.filter((one) => one > middle).length).toBeLessThanOrEqual(samples.length / 2)
  })
})

describe('spread', () => {
  test('is the distance from the lowest to the highest as a share of the median', () => {
    expect(spread([8, 10, 13])).toBeCloseTo(0.5)
    expect(spread([3])).toBe(0)
  })

  test.prop([numbers, fc.integer({ min: 1, max: 1000 })])(
    'does not depend on the unit',
    (samples, factor) => {
      expect(spread(samples.map((one) => one * factor))).toBeCloseTo(spread(samples), 5)
    },
  )
})

describe('percentile', () => {
  test('is the value that so large a share does not exceed', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
    expect(percentile(hundred, 0)).toBe(1)
    expect(percentile(hundred, 0.5)).toBe(51)
    expect(percentile(hundred, 0.99)).toBe(100)
    expect(percentile(hundred, 1)).toBe(100)
    expect(percentile([], 0.5)).toBeNaN()
  })

  test.prop([numbers, fc.double({ min: 0, max: 1, noNaN: true })])('is one of them', (samples, share) => {
    expect(samples).toContain(percentile(samples, share))
  })
})
