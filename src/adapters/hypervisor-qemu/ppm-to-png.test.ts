import { crc32, inflateSync } from 'node:zlib'
import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { isFailure } from '../../domain/failure.ts'
import { convertPpmToPng } from './ppm-to-png.ts'

function ppm(header: string, pixels: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(header, 'latin1'), pixels])
}

/** The chunks of a PNG by type; fails on a wrong check sum. */
function chunksOf(png: Uint8Array): Map<string, Buffer> {
  const bytes = Buffer.from(png)
  const chunks = new Map<string, Buffer>()
  for (let at = 8; at < bytes.length; ) {
    const end = at + 8 + bytes.readUInt32BE(at)
    expect(bytes.readUInt32BE(end)).toBe(crc32(bytes.subarray(at + 4, end)))
    chunks.set(bytes.toString('latin1', at + 4, at + 8), bytes.subarray(at + 8, end))
    at = end + 4
  }
  return chunks
}

const picture = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
  .chain(([width, height]) =>
    fc.record({
      width: fc.constant(width),
      height: fc.constant(height),
      pixels: fc.uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 }),
    }),
  )

describe('a PPM as PNG', () => {
  test.prop([picture])('keeps every pixel', ({ width, height, pixels }) => {
    const chunks = chunksOf(convertPpmToPng(ppm(`P6\n${width} ${height}\n255\n`, pixels)))

    expect([...chunks.keys()]).toEqual(['IHDR', 'IDAT', 'IEND'])
    const header = chunks.get('IHDR') ?? Buffer.alloc(0)
    expect([header.readUInt32BE(0), header.readUInt32BE(4), ...header.subarray(8)]).toEqual([
      ...[width, height],
      ...[8, 2, 0, 0, 0],
    ])
    const rows = inflateSync(chunks.get('IDAT') ?? Buffer.alloc(0))
    const unfiltered = Array.from({ length: height }, (_, y) => [
      ...rows.subarray(y * (width * 3 + 1) + 1, (y + 1) * (width * 3 + 1)),
    ])
    expect(unfiltered.flat()).toEqual([...pixels])
  })

  test('may have comments', () => {
    const png = convertPpmToPng(ppm('P6\n# by hand\n1 1\n255\n', new Uint8Array([1, 2, 3])))

    expect([...inflateSync(chunksOf(png).get('IDAT') ?? Buffer.alloc(0))]).toEqual([0, 1, 2, 3])
  })

  test.each([
    ['nothing', '', 0],
    ['another kind', 'P5\n1 1\n255\n', 3],
    ['no pixels', 'P6\n0 1\n255\n', 3],
    ['too few pixels', 'P6\n2 2\n255\n', 11],
    ['more pixels than a console has', 'P6\n99999 1\n255\n', 3],
    ['two bytes per channel', 'P6\n1 1\n65535\n', 6],
  ])('is refused when it is %s', (_, header, bytes) => {
    let failure: unknown
    try {
      convertPpmToPng(ppm(header, new Uint8Array(bytes)))
    } catch (error) {
      failure = error
    }

    expect(isFailure(failure, 'driver.refused')).toBe(true)
  })
})
