import { printable, printableConsole } from '../../domain/printable.ts'
import { isKernelLine, parseExtendedNetconsole } from './netconsole.ts'
import { parseStructured } from './rfc5424.ts'
import type { SyslogMessage } from './syslog-message.ts'
import { withoutEnd } from './without-end.ts'

/** More of a datagram is not looked at, in bytes. */
export const MAX_DATAGRAM_BYTES = 8192
/** The kernel sends lines of its plain netconsole in pieces of this size (drivers/net/netconsole.c). */
const NETCONSOLE_PIECE_BYTES = 1000
/** Largest PRI: facility 23, severity 7. */
const MAX_PRIORITY = 191

/** Months as RFC 3164 §4.1.2 names them, day, time; or a timestamp of RFC 3339, as some senders put there. */
const TIME =
  /^(?:(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ 0-3]\d \d\d:\d\d:\d\d|(\d{4}-\d\d-\d\dT[0-9:.]{5,20}(?:Z|[+-]\d\d:\d\d))) /
/** Name of a program with its process id, RFC 3164 §4.1.3. */
const TAG = /^([^\s:[\]<>]{1,64})(?:\[[^\]\s]{0,64}\])?: ?/
/** iPXE puts its host name first when it has one, and never a time. */
const IPXE = /^(?:(\S{1,255}) )?ipxe: ?/

/**
 * Reads one datagram: syslog as iPXE and others send it (RFC 3164), RFC 5424, the kernel's netconsole plain and
 * extended, and whatever else as plain text. Never throws; invalid UTF-8 is replaced, what terminals obey is left
 * out, and what is beyond 8 KiB is dropped.
 */
export function parseSyslog(datagram: Uint8Array): SyslogMessage {
  const raw = new TextDecoder().decode(datagram.subarray(0, MAX_DATAGRAM_BYTES))
  const match = /^<(\d{1,3})>/.exec(raw)
  const priority = Number(match?.[1] ?? Number.NaN)
  if (!match || priority > MAX_PRIORITY) return parseExtendedNetconsole(raw) ?? parsePlain(raw, datagram)
  const importance = { facility: priority >> 3, severity: priority & 7 }
  return { ...importance, ...parseContent(raw.slice(match[0].length)) }
}

function parsePlain(raw: string, datagram: Uint8Array): SyslogMessage {
  const isCut = datagram.length === NETCONSOLE_PIECE_BYTES && !raw.endsWith('\n')
  return {
    ...(isKernelLine(raw) ? { app: 'kernel' } : {}),
    text: isCut ? printableConsole(raw) : tidy(raw),
    ...(isCut ? { isContinued: true } : {}),
  }
}

/** What follows the PRI. */
function parseContent(content: string): SyslogMessage {
  const structured = parseStructured(content)
  if (structured) return { ...structured, text: tidy(structured.text) }
  const time = TIME.exec(content)
  if (time) return parseAfterTime(content.slice(time[0].length), Date.parse(time[1] ?? ''))
  if (isKernelLine(content)) return { app: 'kernel', text: tidy(content) }
  const ipxe = IPXE.exec(content)
  if (ipxe) {
    const hostname = ipxe[1] === undefined ? {} : { hostname: printable(ipxe[1]) }
    return { ...hostname, app: 'ipxe', text: tidy(content.slice(ipxe[0].length)) }
  }
  return parseTagged(content)
}

function parseAfterTime(content: string, time: number): SyslogMessage {
  const hostname = /^(\S{1,255}) (?=\S)/.exec(content)
  const about = Number.isNaN(time) ? {} : { time }
  // A tag where the host name should be: the sender left the name out.
  if (!hostname?.[1] || hostname[1].endsWith(':')) return { ...about, ...parseTagged(content) }
  return {
    ...about,
    hostname: printable(hostname[1]),
    ...parseTagged(content.slice(hostname[0].length)),
  }
}

function parseTagged(content: string): SyslogMessage {
  const tag = TAG.exec(content)
  if (!tag?.[1]) return { text: tidy(content) }
  return { app: printable(tag[1]), text: tidy(content.slice(tag[0].length)) }
}

function tidy(text: string): string {
  return withoutEnd(printableConsole(withoutEnd(text, '\r\n\0')), '\n')
}
