import { describe, expect, test } from 'vitest'
import { judgeClock, judgeSkew, judgeValidity } from './clock.ts'

const NOW = Date.UTC(2026, 5, 1, 12)

describe('the clock of this computer', () => {
  test.each([
    [NOW, true, 'good', '2026-06-01T12:00:00Z; kept by a time server'],
    [NOW, undefined, 'good', '2026-06-01T12:00:00Z; whether a time server keeps it cannot be told here'],
    [NOW, false, 'warning', '2026-06-01T12:00:00Z; no time server keeps it'],
    [0, true, 'bad', '1970-01-01T00:00:00Z cannot be right: no certificate is valid then'],
    [Date.UTC(2101, 0), true, 'bad', '2101-01-01T00:00:00Z cannot be right: no certificate is valid then'],
  ])('at %d, kept: %s, is %s', (now, isSynchronized, verdict, detail) => {
    expect(judgeClock(now, isSynchronized)).toMatchObject({ verdict, detail })
  })
})

test.each([
  [NOW, 'good', '1 s apart from ours'],
  [NOW - 90_000, 'warning', '90 s behind ours'],
  [NOW + 90_000, 'warning', '91 s ahead of ours'],
])('another clock at %d', (theirs, verdict, detail) => {
  expect(judgeSkew('clock of Palette', { theirs, asked: NOW - 500, answered: NOW + 500 })).toMatchObject({
    verdict,
    detail,
  })
})

test.each([
  [NOW, 'good', 'valid until 2026-06-11'],
  [
    NOW - 20 * 86_400_000,
    'bad',
    'not valid before 2026-05-22, which is later than the clock of this computer',
  ],
  [NOW + 20 * 86_400_000, 'bad', 'expired on 2026-06-11'],
])('a certificate at %d', (now, verdict, detail) => {
  const from = NOW - 10 * 86_400_000
  expect(judgeValidity('certificate', { from, until: NOW + 10 * 86_400_000, now })).toMatchObject({
    verdict,
    detail,
  })
})
