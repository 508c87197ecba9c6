import { fc, test as propertyTest } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { createSightings } from './sightings.ts'

const PIECE = 1000

test('what was noted covers the bytes of its piece before it, and those only', () => {
  const sightings = createSightings(PIECE)
  sightings.note(2499, 0)

  expect(sightings.has(2499, 1, 10)).toBe(true)
  expect(sightings.has(2000, 1, 10)).toBe(true)
  expect(sightings.has(2500, 1, 10)).toBe(false)
  expect(sightings.has(1999, 1, 10)).toBe(false)
  expect(sightings.has(0, 1, 10)).toBe(false)
})

test('it counts for so long', () => {
  const sightings = createSightings(PIECE)
  sightings.note(0, 100)

  expect(sightings.has(0, 109, 10)).toBe(true)
  expect(sightings.has(0, 110, 10)).toBe(false)
})

propertyTest.prop([fc.array(fc.nat({ max: 2 ** 45 }), { minLength: 1, maxLength: 200 })])(
  'nothing is known that was not noted, however far apart bytes are',
  (noted) => {
    const sightings = createSightings(PIECE)
    for (const byte of noted) sightings.note(byte, 0)
    for (const byte of noted) {
      // Another one of the same slot may have come after it; the last always counts.
      const isKnown = sightings.has(byte + 1, 0, 1)
      expect(isKnown && !noted.some((other) => other > byte && other < byte + PIECE)).toBe(false)
    }
    expect(sightings.has(noted.at(-1) ?? 0, 0, 1)).toBe(true)
  },
)
