import { expect, test } from 'vitest'
import { pacingOf } from './pacing-options.ts'

test('without a rate nothing is bounded', () => {
  expect(pacingOf({})).toBeUndefined()
})

test.for([
  [{ bandwidth: 1000 }, { bytesPerSecond: 1000, order: 'first' }],
  [{ hostBandwidth: 500 }, { hostBytesPerSecond: 500, order: 'first' }],
  [
    { bandwidth: 1000, hostBandwidth: 500, bandwidthOrder: 'equal' },
    { bytesPerSecond: 1000, hostBytesPerSecond: 500, order: 'equal' },
  ],
] as const)('%j', ([values, pacing]) => {
  expect(pacingOf(values)).toEqual(pacing)
})

test('an order without a budget is a mistake', () => {
  expect(() => pacingOf({ hostBandwidth: 500, bandwidthOrder: 'equal' })).toThrow(/needs --bandwidth/)
})
