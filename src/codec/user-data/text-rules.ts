import type { Finding } from '../../domain/user-data.ts'

/** The installer skips larger files. Characters, which are at most the bytes. */
const MAX_LENGTH = 1024 * 1024

export function checkLength(text: string): readonly Finding[] {
  if (text.length <= MAX_LENGTH) return []
  return [error('size', 'the file is larger than 1 MiB, which the installer skips without a word', 1, 1)]
}

/** Without a header in the first ten lines the installer takes the document for empty and says nothing. */
export function checkHeader(text: string): readonly Finding[] {
  const at = text.split('\n', 10).findIndex((line) => /^#(cloud|kairos|node)-config\s*$/.test(line))
  if (at === 0) return []
  if (at > 0) {
    const message = 'the header is not in the first line; cloud-init wants it there'
    return [
      {
        severity: 'warning',
        rule: 'header',
        message,
        line: at + 1,
        column: 1,
        fix: 'move it to the first line',
      },
    ]
  }
  return [
    {
      ...error(
        'header',
        'there is no #cloud-config header: the installer would take the file for empty',
        1,
        1,
      ),
      fix: 'make #cloud-config the first line',
    },
  ]
}

/** YAML forbids tabs as indentation; the parser's own message does not say so plainly. */
export function checkTabs(text: string): readonly Finding[] {
  const at = text.split('\n').findIndex((line) => /^ *\t+ *\S/.test(line) && !/^\s*#/.test(line))
  return at < 0
    ? []
    : [{ ...error('tab', 'the line is indented with a tab', at + 1, 1), fix: 'indent with spaces' }]
}

function error(rule: string, message: string, line: number, column: number): Finding {
  return { severity: 'error', rule, message, line, column }
}
