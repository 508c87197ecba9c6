const CSI = '\u001b['
/** Terminals that know it show what is in between at once (DEC private mode 2026); others take no notice. */
const AT_ONCE = { begin: `${CSI}?2026h`, end: `${CSI}?2026l` }
const ERASE_REST_OF_LINE = `${CSI}K`
const ERASE_BELOW = `${CSI}J`

/**
 * What turns the lines that were drawn last into others, with the cursor in the first column below the last line before
 * and after. Lines that stay are not written again, and none is erased before it is written, so nothing flickers.
 */
export function repaint(before: readonly string[], next: readonly string[]): string {
  if (before.length === next.length && before.every((line, at) => line === next[at])) return ''
  const lines = next.map((line, at) => (line === before[at] ? '\n' : `${line}${ERASE_REST_OF_LINE}\n`))
  const rest = before.length > next.length ? ERASE_BELOW : ''
  return `${AT_ONCE.begin}${up(before.length)}${lines.join('')}${rest}${AT_ONCE.end}`
}

/**
 * The same after the terminal has changed its width: what was drawn may have been broken into more lines, and nothing of
 * it can be relied on.
 */
export function repaintAfterResize(
  before: readonly string[],
  next: readonly string[],
  columns: number,
): string {
  const height = before.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / columns)), 0)
  return `${AT_ONCE.begin}${up(height)}${ERASE_BELOW}${next.map((line) => `${line}\n`).join('')}${AT_ONCE.end}`
}

/** Takes the lines away, for others to be written in their place. */
export function unpaint(before: readonly string[]): string {
  return before.length === 0 ? '' : `${up(before.length)}${ERASE_BELOW}`
}

export const HIDE_CURSOR = `${CSI}?25l`
export const SHOW_CURSOR = `${CSI}?25h`

function up(lines: number): string {
  return lines === 0 ? '\r' : `\r${CSI}${lines}A`
}
