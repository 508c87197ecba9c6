import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { closedIn, closedText, parseFleetSearch, phasesIn, sortIn } from './fleet-search.ts'

test('a view comes through the address unchanged', () => {
  const search = {
    text: 'berlin',
    phase: 'rootfs,failed',
    profile: 'store',
    label: 'site=berlin',
    stuck: 'yes',
    group: 'label:site',
    closed: 'berlin-1',
    sort: '-rate',
  }

  expect(parseFleetSearch(search)).toEqual(search)
})

test('what makes no sense is left out', () => {
  expect(
    parseFleetSearch({
      phase: 'lunch',
      stuck: 'maybe',
      group: 'colour',
      sort: 'beauty',
      text: ['x'],
      other: 1,
    }),
  ).toEqual({})
  expect(parseFleetSearch({ phase: 'failed,lunch,kernel' })).toEqual({ phase: 'kernel,failed' })
})

test('a number the router made of the address is a text again', () => {
  expect(parseFleetSearch({ text: 42 })).toEqual({ text: '42' })
})

test('a text that is far too long is cut', () => {
  expect(parseFleetSearch({ text: 'x'.repeat(10_000) }).text).toHaveLength(256)
})

test('a column is sorted by from either end', () => {
  expect(sortIn('rate')).toEqual({ column: 'rate', isDescending: false })
  expect(sortIn('-seen')).toEqual({ column: 'seen', isDescending: true })
  expect(sortIn('toString')).toBeUndefined()
})

property.prop([fc.dictionary(fc.string(), fc.anything())])(
  'whatever is in the address, reading it twice is reading it once',
  (search) => {
    const once = parseFleetSearch(search)

    expect(parseFleetSearch({ ...once })).toEqual(once)
    expect(phasesIn(once.phase).join(',')).toBe(once.phase ?? '')
  },
)

property.prop([fc.uniqueArray(fc.string({ minLength: 1, unit: 'grapheme' }))])(
  'closed groups of any name are found again',
  (names) => {
    expect([...closedIn(closedText(new Set(names)))]).toEqual(names)
  },
)
