import { expect, test } from 'vitest'
import { describePacing } from './pacing.ts'

test('what is bounded is said in a sentence', () => {
  expect(describePacing({ bytesPerSecond: 112_500_000, order: 'first' })).toBe(
    'hosts are sent at most 900 Mbit/s (112.5 MB/s) together, those that began first before the others',
  )
  expect(describePacing({ bytesPerSecond: 125_000_000, hostBytesPerSecond: 1_000_000, order: 'equal' })).toBe(
    'hosts are sent at most 1 Gbit/s (125 MB/s) together, all the same; at most 8 Mbit/s (1 MB/s) each',
  )
})
