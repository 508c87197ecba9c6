import type { Problem } from './problem.ts'

/** The installer skips larger files. Bytes. */
const MAX_BYTES = 1024 * 1024

/** Too large for the installer, which says nothing. */
export function checkLength(text: string): readonly Problem[] {
  if (text.length <= MAX_BYTES && new TextEncoder().encode(text).length <= MAX_BYTES) return []
  const message = 'the file is larger than 1 MiB, which the installer skips without a word'
  return [{ rule: 'size', offset: 0, message, fix: 'move large files out of it' }]
}

/** One of the headers by which the installer knows a configuration. */
export function isHeaderLine(line: string): boolean {
  return /^#(cloud|kairos|node)-config\s*$/.test(line)
}

/** Without a header in the first ten lines the installer takes the document for empty and says nothing. */
export function checkHeader(text: string): readonly Problem[] {
  const lines = text.split('\n', 10)
  const at = lines.findIndex(isHeaderLine)
  if (at === 0) return []
  if (at > 0) {
    const offset = lines.slice(0, at).reduce((sum, line) => sum + line.length + 1, 0)
    const message = 'the header is not in the first line; cloud-init wants it there'
    return [{ rule: 'header-place', offset, message, fix: 'move it to the first line' }]
  }
  const message = 'there is no #cloud-config header: the installer would take the file for empty'
  return [{ rule: 'header', offset: 0, message, fix: 'make #cloud-config the first line' }]
}

/** YAML forbids tabs as indentation; text in blocks (`|`) may have them, behind its own indentation. */
export function checkTabs(text: string): readonly Problem[] {
  const match = /^ *\t[ \t]*(?=[^\s#])/m.exec(text)
  if (!match) return []
  const lineStart = match.index
  const offset = lineStart + match[0].indexOf('\t')
  return [{ rule: 'tab', offset, message: 'the line is indented with a tab', fix: 'indent with spaces' }]
}
