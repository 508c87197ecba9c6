import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { createSortedList } from './sorted-list.ts'

test.prop([fc.array(fc.tuple(fc.boolean(), fc.nat(12)), { maxLength: 60 })])(
  'holds what was added and not removed, by its number, also where numbers are the same',
  (steps) => {
    const list = createSortedList<{ readonly number: number }>(({ number }) => number)
    const held: { readonly number: number }[] = []

    for (const [isAdded, number] of steps) {
      if (isAdded) {
        const value = { number }
        held.push(value)
        list.add(value)
      } else {
        const [gone = { number }] = held.splice(number % Math.max(1, held.length), 1)
        list.remove(gone)
      }

      expect([...list].map((value) => value.number)).toEqual(
        held.map((value) => value.number).toSorted((a, b) => a - b),
      )
      expect(new Set(list)).toEqual(new Set(held))
      expect(list.size).toBe(held.length)
      expect(list.first()).toBe([...list][0])
    }
  },
)
