import { describe, expect, test } from 'vitest'
import { reasonAgainstSha256, reasonAgainstUpload, uploadInWords, uploadPercent } from './upload-words.ts'

const GIB = 1024 ** 3

describe('an upload', () => {
  test.each([
    [0, 100, '0 B of 4.0 GiB'],
    [GIB, 1000, '1.0 GiB of 4.0 GiB'],
    [GIB, 10_000, '1.0 GiB of 4.0 GiB, 102 MiB/s, 30 s left'],
    [4 * GIB, 40_000, '4.0 GiB of 4.0 GiB; the server writes the rest to its disk'],
  ])('of which %d bytes are sent after %d ms is told as %j', (sentBytes, elapsedMs, words) => {
    expect(uploadInWords({ sentBytes, totalBytes: 4 * GIB, elapsedMs })).toBe(words)
  })

  test('is at 100 per cent only when all is sent', () => {
    const at = (sentBytes: number) => uploadPercent({ sentBytes, totalBytes: 1000, elapsedMs: 1 })

    expect([at(0), at(999), at(1000), at(1001)]).toEqual([0, 99, 100, 100])
  })

  test.each([
    ['a.iso', 1, undefined],
    ['a.img', 1, /no ISO by its name/],
    ['a.iso', 0, /empty/],
    ['a.iso', 64 * GIB, undefined],
    ['a.iso', 64 * GIB + 1, /at most 64\.0 GiB/],
  ])('of %s with %d bytes is refused before it begins: %s', (name, size, reason) => {
    const said = reasonAgainstUpload({ name, size })

    if (reason === undefined) expect(said).toBeUndefined()
    else expect(said).toMatch(reason)
  })
})

test('a SHA-256 is 64 hexadecimal digits, or left out', () => {
  expect(reasonAgainstSha256('')).toBeUndefined()
  expect(reasonAgainstSha256(` ${'aB'.repeat(32)} `)).toBeUndefined()
  expect(reasonAgainstSha256('ab'.repeat(31))).toBe('64 hexadecimal digits')
  expect(reasonAgainstSha256('xy'.repeat(32))).toBe('64 hexadecimal digits')
})
