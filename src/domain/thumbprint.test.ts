import { describe, expect, test } from 'vitest'
import { parseThumbprint } from './thumbprint.ts'

describe('a thumbprint', () => {
  test.each([20, 32])('of %i bytes is read with and without colons, in either case', (bytes) => {
    const canonical = Array.from({ length: bytes }, (_, index) =>
      (index + 160).toString(16).toUpperCase(),
    ).join(':')

    expect(parseThumbprint(canonical)).toBe(canonical)
    expect(parseThumbprint(canonical.toLowerCase())).toBe(canonical)
    expect(parseThumbprint(canonical.replaceAll(':', ''))).toBe(canonical)
  })

  test.each([
    '',
    'AA',
    'AA:BB',
    'AA:'.repeat(20),
    `${'AA:'.repeat(18)}AAAA`,
    'GG'.repeat(20),
    'AA'.repeat(21),
  ])('is not %j', (text) => {
    expect(parseThumbprint(text)).toBeUndefined()
  })
})
