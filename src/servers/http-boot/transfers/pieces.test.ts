import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { alignedBytes, locate, pieceBytesFor } from './pieces.ts'

const MIB = 1024 * 1024
const extents = fc.array(
  fc.record({ offsetBytes: fc.nat({ max: 3 * MIB }), lengthBytes: fc.nat({ max: 3 * MIB }) }),
  { maxLength: 4 },
)

test.prop([extents, fc.nat({ max: 8 * MIB }), fc.nat({ max: 8 * MIB })])(
  'a range of a file lies where its bytes are, in order',
  (parts, offsetBytes, lengthBytes) => {
    const found = locate(parts, { offsetBytes, lengthBytes })

    const total = parts.reduce((sum, part) => sum + part.lengthBytes, 0)
    const available = Math.max(0, Math.min(lengthBytes, total - offsetBytes))
    expect(found.reduce((sum, part) => sum + part.lengthBytes, 0)).toBe(available)
    for (const { lengthBytes: length } of found) expect(length).toBeGreaterThan(0)
    expect(joined(found)).toEqual(sliced(parts, offsetBytes, available))
  },
)

test.prop([fc.nat({ max: 8 * MIB }), fc.integer({ min: 0, max: 5 })])(
  'no piece crosses a border of its size',
  (at, halvings) => {
    const size = MIB / 2 ** halvings

    const bytes = alignedBytes(at, size)

    expect(bytes).toBeGreaterThan(0)
    expect(Math.floor(at / size)).toBe(Math.floor((at + bytes - 1) / size))
  },
)

interface Run {
  offsetBytes: number
  lengthBytes: number
}

/** Runs with what touches put together. */
function joined(runs: readonly Readonly<Run>[]): Run[] {
  const result: Run[] = []
  for (const run of runs) {
    const last = result.at(-1)
    if (last && last.offsetBytes + last.lengthBytes === run.offsetBytes) last.lengthBytes += run.lengthBytes
    else result.push({ ...run })
  }
  return result
}

function sliced(parts: readonly Readonly<Run>[], offset: number, length: number): Run[] {
  const result: Run[] = []
  let at = 0
  for (const part of parts) {
    const from = Math.max(offset, at)
    const to = Math.min(offset + length, at + part.lengthBytes)
    if (to > from) result.push({ offsetBytes: part.offsetBytes + from - at, lengthBytes: to - from })
    at += part.lengthBytes
  }
  return joined(result)
}

test('many clients get smaller pieces, so that together they stay within the budget', () => {
  expect(pieceBytesFor(1, 64 * MIB)).toBe(MIB)
  expect(pieceBytesFor(64, 64 * MIB)).toBe(MIB)
  expect(pieceBytesFor(65, 64 * MIB)).toBe(MIB / 2)
  expect(pieceBytesFor(4096, 64 * MIB)).toBe(32 * 1024)
})
