import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { parseHttpDate, renderHttpDate } from './http-date.ts'

const NOW = Date.UTC(2026, 7, 1)

test.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])(
  '%s is read as the same moment as in the other two forms',
  (text) => {
    expect(parseHttpDate(text, NOW)).toBe(Date.UTC(1994, 10, 6, 8, 49, 37))
  },
)

test('a two-digit year lies at most fifty years ahead', () => {
  expect(parseHttpDate('Sunday, 06-Nov-30 08:49:37 GMT', NOW)).toBe(Date.UTC(2030, 10, 6, 8, 49, 37))
  expect(parseHttpDate('Sunday, 06-Nov-80 08:49:37 GMT', NOW)).toBe(Date.UTC(1980, 10, 6, 8, 49, 37))
})

test.each([
  '',
  'now',
  '2026-08-01T00:00:00Z',
  'Sun, 31 Feb 2026 00:00:00 GMT',
  'Sun, 06 Nov 1994 24:00:00 GMT',
  'Sun, 06 Foo 1994 08:49:37 GMT',
  'Sun, 06 Nov 1994 08:49:37 CET',
])('%j is no HTTP date', (text) => {
  expect(parseHttpDate(text, NOW)).toBeUndefined()
})

test.prop([fc.integer({ min: 0, max: 4102444800 })])(
  'a rendered date is read back to the second',
  (seconds) => {
    expect(parseHttpDate(renderHttpDate(seconds * 1000 + 999), NOW)).toBe(seconds * 1000)
  },
)

test.prop([fc.string()])('any other text is refused, not thrown at', (text) => {
  expect(parseHttpDate(text, NOW)).toBeUndefined()
})
