import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { findNewText } from './new-text.ts'

const TAIL = 16

describe('what came between two looks at a console', () => {
  test.each([
    ['', 'abc', 'abc', true],
    ['abc', 'abc', '', true],
    ['abc', 'abcdef', 'def', true],
    ['abcdef', 'defghi', 'ghi', true],
    ['abab', 'abab', '', true],
    ['aba', 'bac', 'c', true],
    ['abc', 'xyz', 'xyz', false],
    ['abc', '', '', false],
    ['abc\ufffd', 'abcé!', 'é!', true],
    ['xé-abc', '\ufffd-abcd', 'd', true],
  ])('%j, then %j: %j', (before, now, text, follows) => {
    expect(findNewText(before, now)).toEqual({ text, follows })
  })

  test.prop([
    fc.uniqueArray(fc.integer({ min: 0x4e00, max: 0x9fff }), { maxLength: 60 }),
    fc.nat(),
    fc.nat(),
  ])('nothing is lost or repeated as long as the looks overlap', (codes, seed, growth) => {
    const whole = String.fromCharCode(...codes)
    const first = seed % (whole.length + 1)
    const second = Math.min(whole.length, first + (growth % (TAIL - 1)))
    const tail = (end: number) => whole.slice(Math.max(0, end - TAIL), end)

    const { text } = findNewText(tail(first), tail(second))

    expect(text).toBe(whole.slice(first, second))
  })

  test('a megabyte of the same is compared at once', () => {
    const text = '.'.repeat(1024 * 1024)

    expect(findNewText(`${text}x`, text).follows).toBe(false)
    expect(findNewText(`x${text}`, `${text}y`)).toEqual({ text: 'y', follows: true })
  })
})
