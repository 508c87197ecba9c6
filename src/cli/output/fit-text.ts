/** A line of at most so many characters; what is left out shows as `…`. */
export function cut(line: string, columns: number): string {
  return line.length <= columns ? line : `${line.slice(0, Math.max(0, columns - 1))}…`
}

/** Words in at most so many lines of at most so many characters; the last one is cut where they do not suffice. */
export function wrapWords(text: string, columns: number, maxLines: number): readonly string[] {
  const lines: string[] = []
  let rest = text
  while (rest.length > columns && lines.length < maxLines - 1) {
    const space = rest.lastIndexOf(' ', columns)
    const end = space > 0 ? space : columns
    lines.push(rest.slice(0, end).trimEnd())
    rest = rest.slice(end).trimStart()
  }
  return rest === '' ? lines : [...lines, cut(rest, columns)]
}

/** As many names as fit, and how many more there are: `store-1, store-2 and 7 more`. */
export function listNames(names: readonly string[], columns: number): string {
  for (let count = names.length; count > 1; count -= 1) {
    const more = names.length - count
    // Not each one is tried where far too many would have to fit.
    if (names.slice(0, count).reduce((sum, name) => sum + name.length + 2, 0) > columns + 20) continue
    const text = `${names.slice(0, count).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
    if (text.length <= columns) return text
  }
  const more = names.length > 1 ? ` and ${names.length - 1} more` : ''
  return cut(`${names[0] ?? ''}${more}`, columns)
}
