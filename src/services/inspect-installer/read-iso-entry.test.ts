import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import type { RandomAccess } from '../../ports/blob-source.ts'
import { readIsoEntry } from './read-iso-entry.ts'

const BYTES = Uint8Array.from({ length: 256 }, (_, index) => index)
const blob: RandomAccess = {
  identity: { path: '/iso', sizeBytes: BYTES.length, modifiedNs: '1', inode: '1:2' },
  read: async (offset, length) => BYTES.slice(offset, offset + length),
  verify: async () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
}
const extents = fc.array(fc.record({ offsetBytes: fc.nat(200), lengthBytes: fc.nat(50) }), { maxLength: 5 })

test.prop([extents, fc.nat(300), fc.nat(300)])(
  'any part of a file is the same wherever its extents lie',
  async (parts, length, from) => {
    const whole = parts.flatMap(({ offsetBytes, lengthBytes }) => [
      ...BYTES.subarray(offsetBytes, offsetBytes + lengthBytes),
    ])

    const read = await readIsoEntry(blob, { extents: parts }, length, new AbortController().signal, from)

    expect([...read]).toEqual(whole.slice(from, from + length))
  },
)
