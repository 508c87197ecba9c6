import { describe, expect, test } from 'vitest'
import { bytesInWords, durationInWords, rateInWords } from './words.ts'

describe('amounts in words', () => {
  test.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1_610_612_736, '1.5 GiB'],
    [150 * 1024 ** 2, '150 MiB'],
    [3 * 1024 ** 5, '3072 TiB'],
  ])('%d bytes are %s', (bytes, words) => {
    expect(bytesInWords(bytes)).toBe(words)
  })

  test.each([
    [-5, '0 s'],
    [0, '0 s'],
    [3, '0.1 s'],
    [420, '0.4 s'],
    [999, '1 s'],
    [59_400, '59 s'],
    [60_000, '1 min'],
    [200_000, '3 min 20 s'],
    [7_500_000, '2 h 5 min'],
    [90_000_000, '1 d 1 h'],
  ])('%d ms are %s', (ms, words) => {
    expect(durationInWords(ms)).toBe(words)
  })

  test('rates are bytes each second', () => {
    expect(rateInWords(2048)).toBe('2.0 KiB/s')
  })
})
