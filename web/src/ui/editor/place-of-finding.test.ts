import { Text } from '@codemirror/state'
import { describe, expect, test } from 'vitest'
import { placeOfFinding } from './place-of-finding.ts'

const TEXT = '#cloud-config\nstylus:\n  site:\n    edgeHostToken: <your token>\n    name: "a b": c'

/** What of the text would be underlined. */
function underlined(line: number, column: number): string {
  const { from, to } = placeOfFinding({ line, column }, Text.of(TEXT.split('\n')))
  return TEXT.slice(from, to)
}

describe('the place of a finding', () => {
  test('is the key or the value that begins there', () => {
    expect(underlined(3, 3)).toBe('site')
    expect(underlined(4, 5)).toBe('edgeHostToken')
    expect(underlined(4, 20)).toBe('<your token>')
    expect(underlined(5, 11)).toBe('"a b"')
  })

  test('is the nearest there is when the text has become shorter', () => {
    expect(underlined(99, 5)).toBe('name')
    expect(underlined(2, 99)).toBe('')
    expect(underlined(0, 0)).toBe('#cloud-config')
  })
})
