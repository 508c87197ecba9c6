import { expect, test } from 'vitest'
import { parseTailBytes } from './host-console.ts'

test.each([
  ['64KiB', 65_536],
  ['1MiB', 1_048_576],
  ['4k', 4096],
  ['500', 500],
])('--tail %s is %d bytes', (text, bytes) => {
  expect(parseTailBytes(text)).toBe(bytes)
})

test.each(['0', '2MiB', '1GiB', '-1', 'all', '1.5MiB', ''])('--tail %j is refused', (text) => {
  expect(() => parseTailBytes(text)).toThrow(/expected a size/)
})
