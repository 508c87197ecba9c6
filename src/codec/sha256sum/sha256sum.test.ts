import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { readSha256Sum } from './sha256sum.ts'

const A = 'a1'.repeat(32)
const B = 'b2'.repeat(32)

describe('a checksum file', () => {
  test.each([
    ['GNU form', `${A}  edge.iso\n`],
    ['GNU form, binary', `${A} *edge.iso\n`],
    ['GNU form with a path', `${A}  ./build/edge.iso\n`],
    ['BSD form', `SHA256 (edge.iso) = ${A}\n`],
    ['a bare digest', `${A}\n`],
    ['capital letters and Windows line ends', `${A.toUpperCase()}  edge.iso\r\n`],
    ['one line about a file that was renamed', `${A}  old-name.iso\n`],
    ['several lines', `# sums\n${B}  other.iso\n${A}  edge.iso\n`],
  ])('in %s states the digest', (_, text) => {
    expect(readSha256Sum(text, 'edge.iso')).toBe(A)
  })

  test.each([
    ['other files only', `${A}  one.iso\n${B}  two.iso\n`],
    ['a digest of another kind', 'd41d8cd98f00b204e9800998ecf8427e  edge.iso\n'],
    ['nothing', ''],
  ])('with %s states none', (_, text) => {
    expect(readSha256Sum(text, 'edge.iso')).toBeUndefined()
  })

  property.prop([fc.string({ unit: 'binary' })])('of any content states a digest or none', (text) => {
    expect(readSha256Sum(text, 'edge.iso') ?? A).toMatch(/^[0-9a-f]{64}$/)
  })
})
