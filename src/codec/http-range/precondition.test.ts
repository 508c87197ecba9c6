import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { renderHttpDate } from './http-date.ts'
import { type ConditionHeaders, evaluateConditions, isRangeWanted } from './precondition.ts'

const NOW = Date.UTC(2026, 7, 1)
const MODIFIED = Date.UTC(2026, 0, 1)
const validators = { entityTag: 'abc', lastModifiedMs: MODIFIED }
const evaluate = (headers: ConditionHeaders) => evaluateConditions(headers, validators, NOW)
const date = (ms: number) => renderHttpDate(ms)

describe('preconditions', () => {
  test.each<[ConditionHeaders, string]>([
    [{}, 'proceed'],
    [{ ifNoneMatch: '"abc"' }, 'not-modified'],
    [{ ifNoneMatch: 'W/"abc"' }, 'not-modified'],
    [{ ifNoneMatch: '"x", "a,b" ,"abc"' }, 'not-modified'],
    [{ ifNoneMatch: '*' }, 'not-modified'],
    [{ ifNoneMatch: '"x"' }, 'proceed'],
    [{ ifNoneMatch: 'abc' }, 'proceed'],
    [{ ifNoneMatch: '"abc' }, 'proceed'],
    [{ ifNoneMatch: '"abc"x' }, 'proceed'],
    [{ ifMatch: '"abc"' }, 'proceed'],
    [{ ifMatch: '*' }, 'proceed'],
    [{ ifMatch: 'W/"abc"' }, 'failed'],
    [{ ifMatch: '"x"' }, 'failed'],
    [{ ifMatch: 'nonsense' }, 'failed'],
    [{ ifMatch: '"abc"', ifNoneMatch: '"abc"' }, 'not-modified'],
    [{ ifMatch: '"x"', ifNoneMatch: '"abc"' }, 'failed'],
    [{ ifModifiedSince: date(MODIFIED) }, 'not-modified'],
    [{ ifModifiedSince: date(MODIFIED - 1000) }, 'proceed'],
    [{ ifModifiedSince: 'yesterday' }, 'proceed'],
    [{ ifNoneMatch: '"x"', ifModifiedSince: date(NOW) }, 'proceed'],
    [{ ifUnmodifiedSince: date(MODIFIED) }, 'proceed'],
    [{ ifUnmodifiedSince: date(MODIFIED - 1000) }, 'failed'],
    [{ ifMatch: '"abc"', ifUnmodifiedSince: date(MODIFIED - 1000) }, 'proceed'],
  ])('%j: %s', (headers, outcome) => {
    expect(evaluate(headers)).toBe(outcome)
  })

  test('dates are ignored as long as the date of the file proves nothing', () => {
    const young = { entityTag: 'abc' }

    expect(evaluateConditions({ ifModifiedSince: date(NOW) }, young, NOW)).toBe('proceed')
    expect(evaluateConditions({ ifUnmodifiedSince: date(0) }, young, NOW)).toBe('proceed')
  })

  test.prop([fc.string(), fc.string()])('nothing a client writes makes it throw', (one, other) => {
    const headers = { ifMatch: one, ifNoneMatch: other, ifModifiedSince: one, ifUnmodifiedSince: other }

    expect(['proceed', 'not-modified', 'failed']).toContain(evaluate(headers))
  })
})

describe('If-Range', () => {
  test.each([
    [undefined, true],
    ['"abc"', true],
    [date(MODIFIED), true],
    ['W/"abc"', false],
    ['"x"', false],
    ['abc', false],
    [date(MODIFIED + 1000), false],
    [date(MODIFIED - 1000), false],
  ])('%j: the range counts is %j', (header, wanted) => {
    expect(isRangeWanted(header, validators, NOW)).toBe(wanted)
  })

  test('a date never counts as long as the date of the file proves nothing', () => {
    expect(isRangeWanted(date(MODIFIED), { entityTag: 'abc' }, NOW)).toBe(false)
  })
})
