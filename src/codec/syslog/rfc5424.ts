import { printable } from '../../domain/printable.ts'
import type { SyslogMessage } from './syslog-message.ts'

/** Version, timestamp, host name, application, process id, message id (RFC 5424 §6.2). */
const HEADER =
  /^1 (-|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)) (\S{1,255}) (\S{1,48}) (\S{1,128}) (\S{1,32}) /
const BYTE_ORDER_MARK = '\ufeff'

/**
 * A message of RFC 5424 without its PRI; `undefined` when it is none. The text is as sent. Structured data (§6.3) is
 * passed over.
 */
export function parseStructured(content: string): SyslogMessage | undefined {
  const header = HEADER.exec(content)
  if (!header) return undefined
  const [whole, timestamp = '-', hostname = '-', app = '-'] = header
  const end = endOfStructuredData(content, whole.length)
  if (end === undefined) return undefined
  const text = content.slice(end).replace(/^ /, '')
  const time = Date.parse(timestamp)
  return {
    ...(Number.isNaN(time) ? {} : { time }),
    ...(hostname === '-' ? {} : { hostname: printable(hostname) }),
    ...(app === '-' ? {} : { app: printable(app) }),
    text: text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text,
  }
}

/** Index after `-` or after the last `]`; `undefined` when the elements are not closed. */
function endOfStructuredData(content: string, start: number): number | undefined {
  if (content[start] === '-') return isEnd(content, start + 1) ? start + 1 : undefined
  let at = start
  while (content[at] === '[') {
    const close = endOfElement(content, at + 1)
    if (close === undefined) return undefined
    at = close
  }
  return at > start && isEnd(content, at) ? at : undefined
}

/** Within quotes `\` takes the meaning from `"`, `\` and `]` (§6.3.3). */
function endOfElement(content: string, start: number): number | undefined {
  let isQuoted = false
  for (let at = start; at < content.length; at += 1) {
    const character = content[at]
    if (isQuoted && character === '\\') at += 1
    else if (character === '"') isQuoted = !isQuoted
    else if (!isQuoted && character === ']') return at + 1
  }
  return undefined
}

function isEnd(content: string, at: number): boolean {
  return at >= content.length || content[at] === ' ' || content[at] === '\n'
}
