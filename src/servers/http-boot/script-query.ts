import type { ScriptQuery } from '../../ports/boot-desk.ts'

const MAX_SETTINGS = 32
const MAX_VALUE_CHARACTERS = 256
const PERCENT = 0x25

/**
 * Settings in a query string as iPXE writes it: `:` encoded or not (the builds differ), `+` a plus sign, since iPXE
 * writes a space as %20. Firmware puts anything into serial numbers and product names, and such a machine has to
 * boot all the same: bad encoding is taken literally, control characters become spaces, long values are cut. Of a name
 * given twice the first counts; names that are no iPXE setting and settings beyond the 32nd are left out.
 */
export function parseScriptQuery(query: string): ScriptQuery {
  const settings: Record<string, string> = Object.create(null)
  for (const pair of query.split('&', MAX_SETTINGS)) {
    const mark = pair.indexOf('=')
    if (mark < 0) continue
    const name = pair.slice(0, mark)
    if (!/^[a-zA-Z0-9._/-]{1,32}$/.test(name) || name in settings) continue
    settings[name] = decodeValue(pair.slice(mark + 1))
  }
  return settings
}

function decodeValue(text: string): string {
  // Most values are nothing but this.
  if (/^[\w.:-]*$/.test(text)) return text.slice(0, MAX_VALUE_CHARACTERS)
  const literal = new TextEncoder().encode(text)
  const bytes: number[] = []
  for (let at = 0; at < literal.length; at++) {
    const byte = literal[at] ?? 0
    const [high, low] = byte === PERCENT ? [digitOf(literal[at + 1]), digitOf(literal[at + 2])] : []
    const isEncoded = high !== undefined && low !== undefined
    bytes.push(isEncoded ? high * 16 + low : byte)
    if (isEncoded) at += 2
  }
  const decoded = new TextDecoder().decode(Uint8Array.from(bytes))
  return [...decoded.replace(/[\p{Cc}\u2028\u2029]/gu, ' ')].slice(0, MAX_VALUE_CHARACTERS).join('')
}

/** The value of a hexadecimal digit in ASCII. */
function digitOf(byte = 0): number | undefined {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(byte).toLowerCase())
  return digit < 0 ? undefined : digit
}
