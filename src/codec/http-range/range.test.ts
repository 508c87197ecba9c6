import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { MAX_RANGES, parseRange, renderContentRange, renderUnsatisfiedRange } from './range.ts'

const SIZE = 1000
const at = (offsetBytes: number, lengthBytes: number) => ({ offsetBytes, lengthBytes })

describe('a Range header against 1000 bytes', () => {
  test.each([
    ['bytes=0-0', [at(0, 1)]],
    ['bytes=0-499', [at(0, 500)]],
    ['bytes=500-', [at(500, 500)]],
    ['bytes=999-', [at(999, 1)]],
    ['bytes=-1', [at(999, 1)]],
    ['bytes=-5000', [at(0, 1000)]],
    ['bytes=0-99999999999999999999999999', [at(0, 1000)]],
    ['BYTES=1-2', [at(1, 2)]],
    ['bytes=0-1,5-9', [at(0, 2), at(5, 5)]],
    ['bytes= 0-1\t, ,5-9,', [at(0, 2), at(5, 5)]],
    ['bytes=5-9,0-1', [at(5, 5), at(0, 2)]],
    ['bytes=5-9,0-4', [at(0, 10)]],
    ['bytes=0-10,5-20,-1', [at(0, 21), at(999, 1)]],
    ['bytes=0-1,2000-', [at(0, 2)]],
    ['bytes=0-1,-0', [at(0, 2)]],
  ])('%s asks for these parts', (header, ranges) => {
    expect(parseRange(header, SIZE)).toEqual({ kind: 'partial', ranges })
  })

  test.each([
    undefined,
    '',
    'bytes',
    'bytes=',
    'bytes=,',
    'bytes=-',
    'bytes=a-b',
    'bytes=2-1',
    'bytes=0-1,2-1',
    'bytes=0-1;2-3',
    'bytes =0-1',
    'bytes=0 -1',
    'bytes=+1-2',
    'bytes=0x1-2',
    'bytes=--1',
    'items=0-1',
    'bytes=٣-٤',
    `bytes=${'0-0,'.repeat(MAX_RANGES)}5-5`,
    `bytes=${'0'.repeat(5000)}-`,
  ])('%j is ignored, so the whole is served', (header) => {
    expect(parseRange(header, SIZE)).toEqual({ kind: 'whole' })
  })

  test.each(['bytes=1000-', 'bytes=1000-2000,5000-', 'bytes=-0', 'bytes=99999999999999999999-'])(
    '%s cannot be satisfied',
    (header) => {
      expect(parseRange(header, SIZE)).toEqual({ kind: 'unsatisfiable' })
    },
  )

  test('of an empty file the last bytes are the whole, and everything else is out of reach', () => {
    expect(parseRange('bytes=-5', 0)).toEqual({ kind: 'whole' })
    expect(parseRange('bytes=0-', 0)).toEqual({ kind: 'unsatisfiable' })
  })
})

const sizes = fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 2 ** 40 }))
const numbers = fc.oneof(fc.nat({ max: 50 }), fc.nat({ max: 2 ** 41 })).map(String)
const specs = fc.oneof(
  fc.tuple(numbers, numbers).map(([first, last]) => `${first}-${last}`),
  numbers.map((first) => `${first}-`),
  numbers.map((length) => `-${length}`),
  fc.constantFrom('', '-', 'x', ' '),
)

test.prop([fc.array(specs, { maxLength: 8 }), sizes])(
  'parts are never empty, never outside and never overlap, whatever is asked for',
  (set, size) => {
    const request = parseRange(`bytes=${set.join(',')}`, size)

    const ranges = request.kind === 'partial' ? request.ranges : []
    for (const { offsetBytes, lengthBytes } of ranges) {
      expect(lengthBytes).toBeGreaterThan(0)
      expect(offsetBytes).toBeGreaterThanOrEqual(0)
      expect(offsetBytes + lengthBytes).toBeLessThanOrEqual(size)
    }
    const ascending = ranges.toSorted((a, b) => a.offsetBytes - b.offsetBytes)
    for (const [index, range] of ascending.entries()) {
      const next = ascending[index + 1]
      if (next) expect(range.offsetBytes + range.lengthBytes).toBeLessThan(next.offsetBytes)
    }
  },
)

test.prop([fc.array(fc.tuple(fc.nat({ max: 40 }), fc.nat({ max: 40 })), { minLength: 1, maxLength: 8 })])(
  'the parts together are exactly the bytes that were asked for',
  (pairs) => {
    const valid = pairs.map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
    const size = 30

    const request = parseRange(`bytes=${valid.map(([a, b]) => `${a}-${b}`).join(',')}`, size)

    const wanted = new Set<number>()
    for (const [a, b] of valid) for (let i = a; i <= b && i < size; i++) wanted.add(i)
    const served = new Set<number>()
    for (const range of request.kind === 'partial' ? request.ranges : []) {
      for (let i = 0; i < range.lengthBytes; i++) served.add(range.offsetBytes + i)
    }
    expect(served).toEqual(wanted)
    expect(request.kind).toBe(wanted.size > 0 ? 'partial' : 'unsatisfiable')
  },
)

test.prop([fc.string(), fc.nat()])('no header whatever makes it throw', (header, size) => {
  expect(['whole', 'partial', 'unsatisfiable']).toContain(parseRange(header, size).kind)
  expect(['whole', 'partial', 'unsatisfiable']).toContain(parseRange(`bytes=${header}`, size).kind)
})

test('Content-Range names first byte, last byte and size', () => {
  expect(renderContentRange(at(0, 1), SIZE)).toBe('bytes 0-0/1000')
  expect(renderUnsatisfiedRange(SIZE)).toBe('bytes */1000')
})
