import { Failure } from '../../domain/failure.ts'
import {
  MAX_MESSAGE_BYTES,
  MAX_PACKET_BYTES,
  MAX_REQUEST_BYTES,
  OPCODES,
  type TftpOption,
  type TftpPacket,
} from './packet.ts'

/**
 * One datagram as a packet (RFC 1350 §5, RFC 2347). The bytes of a block are not copied. What firmware adds behind a packet
 * to pad it is ignored. Failure `packet.malformed`.
 */
export function decodeTftp(bytes: Uint8Array): TftpPacket {
  if (bytes.length < 4) throw malformed('shorter than any packet', bytes)
  if (bytes.length > MAX_PACKET_BYTES) throw malformed('longer than any packet', bytes)
  switch (readWord(bytes, 0)) {
    case OPCODES.read:
      return decodeRequest('read', bytes)
    case OPCODES.write:
      return decodeRequest('write', bytes)
    case OPCODES.data:
      return { type: 'data', block: readWord(bytes, 2), bytes: bytes.subarray(4) }
    case OPCODES.acknowledgement:
      return { type: 'acknowledgement', block: readWord(bytes, 2) }
    case OPCODES.error:
      return { type: 'error', code: readWord(bytes, 2), message: messageOf(bytes) }
    case OPCODES.options:
      checkTextLength(bytes)
      return { type: 'options', options: optionsOf(stringsOf(bytes)) }
    default:
      throw malformed('a packet of unknown kind', bytes)
  }
}

function decodeRequest(type: 'read' | 'write', bytes: Uint8Array): TftpPacket {
  checkTextLength(bytes)
  const [name, mode, ...rest] = stringsOf(bytes)
  if (!name) throw malformed('a request without a file name', bytes)
  if (!mode) throw malformed('a request without a mode behind the file name', bytes)
  return { type, name, mode: mode.toLowerCase(), options: optionsOf(rest) }
}

function checkTextLength(bytes: Uint8Array): void {
  if (bytes.length > MAX_REQUEST_BYTES) throw malformed(`longer than ${MAX_REQUEST_BYTES} bytes`, bytes)
}

/** All strings of a packet that end in a zero; what comes behind the last zero is padding. */
function stringsOf(bytes: Uint8Array): string[] {
  const strings: string[] = []
  let start = 2
  for (let end = bytes.indexOf(0, start); end >= 0; end = bytes.indexOf(0, start)) {
    strings.push(textOf(bytes.subarray(start, end)))
    start = end + 1
  }
  return strings
}

/** Names and values in turn. An option may only be given once (RFC 2347): the first one counts. */
function optionsOf(strings: readonly string[]): TftpOption[] {
  const options = new Map<string, TftpOption>()
  for (let at = 0; at + 1 < strings.length; at += 2) {
    const name = (strings[at] ?? '').toLowerCase()
    if (name !== '' && !options.has(name)) options.set(name, { name, value: strings[at + 1] ?? '' })
  }
  return [...options.values()]
}

/** The message of an error, also of clients that forget the zero at its end. */
function messageOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0, 4)
  return textOf(bytes.subarray(4, Math.min(end < 0 ? bytes.length : end, 4 + MAX_MESSAGE_BYTES)))
}

/** A character for each byte, so that nothing is lost or guessed: names are ASCII where they are right. */
function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}

function readWord(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
}

function malformed(what: string, bytes: Uint8Array): Failure {
  return new Failure('packet.malformed', `no TFTP packet: ${what}`, { length: bytes.length })
}
