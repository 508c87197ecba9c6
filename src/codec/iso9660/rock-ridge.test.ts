import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { decodeSystemUse } from './rock-ridge.ts'

/** A System Use entry: signature, length, version 1, body (SUSP §4.1). */
const entry = (signature: string, ...body: readonly number[]): number[] => [
  ...new TextEncoder().encode(signature),
  4 + body.length,
  1,
  ...body,
]
const decode = (...entries: readonly number[][]) => decodeSystemUse(Uint8Array.from(entries.flat()))
const utf8 = (text: string): number[] => [...new TextEncoder().encode(text)]
const component = (flags: number, text = ''): number[] => [flags, utf8(text).length, ...utf8(text)]

describe('a System Use area', () => {
  test('of a root says that there is Rock Ridge and how much to skip', () => {
    expect(decode(entry('SP', 0xbe, 0xef, 3))).toEqual({ isRockRidge: true, skip: 3 })
    expect(decode(entry('SP', 1, 2, 3))).toEqual({ isRockRidge: false })
  })

  property.prop([fc.string({ unit: 'grapheme', minLength: 1 }), fc.array(fc.nat(40))])(
    'holds a name in pieces, wherever it was cut',
    (name, cuts) => {
      const rest = utf8(name)
      const pieces = [...cuts.map((length) => rest.splice(0, length)), rest]
      const entries = pieces.flatMap((piece, index) =>
        piece.length > 240 ? [] : [entry('NM', index < pieces.length - 1 ? 1 : 0, ...piece)],
      )
      fc.pre(entries.length === pieces.length)

      expect(decode(...entries)).toEqual({ isRockRidge: true, name })
    },
  )

  test('has no name for the directory itself and its parent', () => {
    expect(decode(entry('NM', 2), entry('NM', 4))).toEqual({ isRockRidge: true })
  })

  test.each([
    ['a relative link', [component(0, 'a'), component(0, 'b')], 'a/b'],
    ['an absolute link', [component(8), component(0, 'boot'), component(0, 'x')], '/boot/x'],
    ['a link upwards', [component(4), component(2), component(0, 'x')], '.././x'],
    ['a component in pieces', [component(1, 'ker'), component(0, 'nel'), component(0, 'x')], 'kernel/x'],
  ])('holds the target of %s', (_, components, link) => {
    expect(decode(entry('SL', 0, ...components.flat()))).toEqual({ isRockRidge: true, link })
  })

  test('holds a target over several entries, a component in pieces among them', () => {
    const first = entry('SL', 1, ...component(0, 'a'), ...component(1, 'long'))
    const second = entry('SL', 0, ...component(0, 'er'), ...component(0, 'z'))

    expect(decode(first, second).link).toBe('a/longer/z')
  })

  test('tells of moved directories and of more elsewhere', () => {
    const both = (value: number): number[] => [value, 0, 0, 0, 0, 0, 0, value]

    expect(decode(entry('CL', ...both(9)), entry('RE'))).toEqual({
      isRockRidge: true,
      childBlock: 9,
      relocated: true,
    })
    expect(decode(entry('CE', ...both(5), ...both(6), ...both(7))).continuation).toEqual({
      block: 5,
      offset: 6,
      lengthBytes: 7,
    })
  })

  test('ends where it says, and where an entry is broken', () => {
    expect(decode(entry('ST'), entry('RR', 0)).isRockRidge).toBe(false)
    expect(decode([0x4e, 0x4d, 200, 1], entry('RR', 0)).isRockRidge).toBe(false)
    expect(decode([0x4e, 0x4d, 0, 1], entry('RR', 0)).isRockRidge).toBe(false)
  })

  property.prop([fc.uint8Array({ maxLength: 512 })])('of any content is decoded, never thrown at', (area) => {
    expect(decodeSystemUse(area)).toHaveProperty('isRockRidge')
  })
})
