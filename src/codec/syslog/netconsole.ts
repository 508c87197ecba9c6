import { printableConsole } from '../../domain/printable.ts'
import type { SyslogMessage } from './syslog-message.ts'
import { withoutEnd } from './without-end.ts'

/**
 * `[RELEASE,]LEVEL,SEQUENCE,MICROSECONDS,FLAG[,KEY=VALUE…];` as in Documentation/networking/netconsole.rst and
 * Documentation/ABI/testing/dev-kmsg of the kernel.
 */
const HEADER = /^(?:[\w.+~-]{1,64},)?(\d{1,3}),(\d{1,15}),(\d{1,20}),[-c+](?:,([a-z0-9_=/,.:-]{1,256}))?;/i
const FRAGMENT = /(?:^|,)ncfrag=(\d{1,5})\/(\d{1,5})(?:,|$)/
/** Largest level with its facility, as in syslog. */
const MAX_PRIORITY = 191
/** More than any record of the kernel, in bytes. */
const MAX_RECORD_BYTES = 16 * 1024

/** A record as the extended netconsole sends it, or a piece of one; `undefined` when it is none. */
export function parseExtendedNetconsole(raw: string): SyslogMessage | undefined {
  const header = HEADER.exec(raw)
  const [whole = '', level = '', sequence = '', , extras = ''] = header ?? []
  if (!header || Number(level) > MAX_PRIORITY) return undefined
  const body = raw.slice(whole.length)
  const about = { facility: Number(level) >> 3, severity: Number(level) & 7, app: 'kernel' }
  const [, offset, total] = FRAGMENT.exec(extras) ?? []
  if (offset === undefined || Number(total) > MAX_RECORD_BYTES) return { ...about, text: kernelText(body) }
  const fragment = { sequence: Number(sequence), offset: Number(offset), total: Number(total) }
  // The kernel escapes all else, so that a character is a byte.
  return { ...about, text: body.replace(/[^\n\x20-\x7e]/g, '?'), fragment }
}

/**
 * The text of a whole record: up to its dictionary, which begins with the next line, with `\xNN` for bytes that are
 * not printable ASCII turned back.
 */
export function kernelText(body: string): string {
  const text = body.split('\n', 1)[0] ?? ''
  const unescaped = text.replace(/(?:\\x[0-9a-f]{2})+/gi, (run) =>
    new TextDecoder().decode(
      Uint8Array.from(run.slice(2).split(/\\x/i), (digits) => Number.parseInt(digits, 16)),
    ),
  )
  return withoutEnd(printableConsole(unescaped), '\n')
}

/** Whether it begins as lines of the kernel do: `[    1.234567] `, with the thread or processor there may be. */
export function isKernelLine(text: string): boolean {
  return /^\[ {0,12}\d{1,12}\.\d{6}\](?:\[ {0,8}[TC]\d{1,10}\])? /.test(text)
}
