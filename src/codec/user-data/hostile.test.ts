import { describe, expect, test } from 'vitest'
import { maskSecrets, secretPathsOf } from './mask-secrets.ts'
import { decodeUserData } from './user-data.ts'

const SIZE = 1_000_000
const fill = (piece: string): string => piece.repeat(SIZE / piece.length)
const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n')

/** Documents made to take time, memory or stack. Vitest's time limit is the bound. */
const HOSTILE: Readonly<Record<string, string>> = {
  'brackets without end': fill('['),
  'maps in maps in one line': fill('{a: '),
  'lists in lists in one line': fill('- '),
  'keys of keys': fill('? '),
  'deep indentation': lines(1_400, (index) => `${' '.repeat(index)}a:`),
  'a doubling of aliases': `a0: &a0 x\n${lines(60, (n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]`)}`,
  'a doubling of merges': `a0: &a0 {x: 1}\n${lines(60, (n) => `a${n + 1}: &a${n + 1} {<<: *a${n}, b: *a${n}}`)}`,
  'an alias within itself': 'a: &a [*a]',
  'many aliases of one anchor': `a: &a 1\nb:\n${lines(10_000, () => '- *a')}`,
  'many keys in one map': lines(10_000, (index) => `k${index}: 1`),
  'many keys that are nearly known': lines(2_000, (index) => `stylu${index}: 1`),
  'many equal keys': lines(10_000, () => 'a: 1'),
  'many secrets': `x:\n${lines(8_000, (index) => `- password: hunter${index}`)}`,
  'many tags': lines(8_000, () => '- !secret 1'),
  'a long word': `a: ${fill('b')}`,
  'words that sound secret': `a: "${fill('token')}"`,
  'half of many URLs': `a: "${fill('://:')}"`,
  'beginnings of private keys': `a: "${fill('-----BEGIN PRIVATE KEY-----')}"`,
  'a line of hyphens': `a: ${fill('-')}`,
  'halves of templates': `a: "${fill('{{')}"`,
  'bad escapes': `a: "${'\\q'.repeat(8_000)}"`,
  'one quote': `"${fill('a ')}`,
  'names of the prototype': '__proto__: {x: 1}\nconstructor: {prototype: 1}\ntoString: 1',
}

describe('a hostile document', () => {
  test.each(Object.entries(HOSTILE))('of %s is answered', (_, body) => {
    const text = `#cloud-config\n${body}\n`

    expect(decodeUserData(text).findings.length).toBeLessThanOrEqual(100)
    expect(maskSecrets(text).startsWith('#cloud-config\n')).toBe(true)
    expect(secretPathsOf(text).length).toBeLessThanOrEqual(100_000)
  })
})
