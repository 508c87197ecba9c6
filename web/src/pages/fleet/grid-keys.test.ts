import { expect, test } from 'vitest'
import { nextIndex } from './grid-keys.ts'

test.each([
  ['ArrowDown', 5, 6],
  ['ArrowDown', 99, 99],
  ['ArrowUp', 0, 0],
  ['PageDown', 95, 99],
  ['PageUp', 12, 2],
  ['Home', 50, 0],
  ['End', 50, 99],
  ['x', 50, undefined],
])('%s at %d of 100 leads to %s', (key, current, next) => {
  expect(nextIndex(key, current, 100, 10)).toBe(next)
})

test('no key leads anywhere in an empty list', () => {
  expect(nextIndex('End', 0, 0, 10)).toBeUndefined()
})
