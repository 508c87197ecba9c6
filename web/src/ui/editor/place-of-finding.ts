import type { UserDataFinding } from '../../../../src/contract/user-data.ts'

interface TextLines {
  readonly lines: number
  line(number: number): { readonly from: number; readonly text: string }
}

/** From the place up to what ends a key or a value. */
const WORD = /^(?:"(?:[^"\\]|\\.)*"|'[^']*'|<[^>]*>|[^\s:,\]}]+)/

/**
 * The piece of the text that a finding is about, as offsets. Findings are of a moment ago, so their place may be gone:
 * the nearest there is is taken.
 */
export function placeOfFinding(
  { line, column }: Pick<UserDataFinding, 'line' | 'column'>,
  lines: TextLines,
): { readonly from: number; readonly to: number } {
  const { from, text } = lines.line(Math.min(Math.max(line, 1), lines.lines))
  const start = Math.min(Math.max(column, 1) - 1, text.length)
  const word = WORD.exec(text.slice(start))?.[0] ?? text.slice(start, start + 1)
  return { from: from + start, to: from + start + word.length }
}
