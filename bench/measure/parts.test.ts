import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { partsFor } from './parts.ts'

test('one part begins at the start; the last of several ends at the end', () => {
  expect(partsFor(1, 10, 100)).toEqual([{ from: 0, bytes: 10 }])
  expect(partsFor(4, 10, 100).map(({ from }) => from)).toEqual([0, 30, 60, 90])
})

test.prop([
  fc.integer({ min: 1, max: 600 }),
  fc.integer({ min: 1, max: 2 ** 30 }),
  fc.integer({ min: 0, max: 2 ** 33 }),
])('no part reaches beyond the file', (connections, bytes, more) => {
  const parts = partsFor(connections, bytes, bytes + more)
  expect(parts).toHaveLength(connections)
  for (const { from } of parts) expect(from >= 0 && from + bytes <= bytes + more).toBe(true)
})
