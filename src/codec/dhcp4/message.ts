import { Failure } from '../../domain/failure.ts'
import { readAddress, writeAddress } from './address.ts'
import { malformed } from './malformed.ts'
import { createOptionList, encodeOptionList } from './option-list.ts'

/** A DHCP message (RFC 2131 §2). Addresses are dotted; none is 0.0.0.0. */
export interface DhcpMessage {
  /** BOOTREQUEST 1, BOOTREPLY 2. */
  readonly op: 'request' | 'reply'
  /** IANA's "Hardware Type"; 1: Ethernet. */
  readonly hardwareType: number
  readonly hops: number
  /** Unsigned, 32 bit. */
  readonly transactionId: number
  /** Since the client began, as it says; unsigned, 16 bit. */
  readonly seconds: number
  /** The client cannot receive unicast yet (flags, bit 15). */
  readonly broadcast: boolean
  /** ciaddr: what the client has. */
  readonly clientAddress: string
  /** yiaddr: what the client is given. */
  readonly yourAddress: string
  /** siaddr: the next server. */
  readonly serverAddress: string
  /** giaddr: the relay agent. */
  readonly relayAddress: string
  /** The first hlen bytes of chaddr; at most 16. */
  readonly hardwareAddress: Uint8Array
  /** sname, one character per byte; empty when the field holds options. */
  readonly serverName: string
  /** file, one character per byte; empty when the field holds options. */
  readonly bootFile: string
  /**
   * In order of appearance. The parts of one option are joined (RFC 3396), those in sname and file included; pad (0),
   * end (255) and overload (52) are left out.
   */
  readonly options: ReadonlyMap<number, Uint8Array>
}

/** What fits into the largest frames in use; a longer datagram is no DHCP. Bytes. */
const MAX_BYTES = 9000
/** "the BOOTP message ... 300 octets" (RFC 1542 §2.1): some relay agents drop what is shorter. */
const MIN_ENCODED_BYTES = 300
/** Bytes 0 to 235 are the header of BOOTP, 236 to 239 the cookie that says: options follow (RFC 2131 §3). */
const COOKIE_AT = 236
const OPTIONS_AT = 240
const COOKIE = 0x63825363
const MAX_HARDWARE_ADDRESS = 16
const SERVER_NAME = { field: 'sname', at: 44, length: 64 } as const
const BOOT_FILE = { field: 'file', at: 108, length: 128 } as const
const BROADCAST_FLAG = 0x8000
const OVERLOAD = 52

/**
 * Reads the payload of a UDP datagram. Tolerated, because clients do it: no end option, anything behind it, unknown
 * flags, header fields without a terminating zero. Failure `packet.malformed` with `field` and `offset` as details.
 */
export function decodeDhcp(bytes: Uint8Array): DhcpMessage {
  if (bytes.length > MAX_BYTES) {
    throw malformed('message', `${bytes.length} bytes are more than ${MAX_BYTES}`, MAX_BYTES)
  }
  if (bytes.length < OPTIONS_AT) {
    throw malformed('message', `it ends before its options, which begin at byte ${OPTIONS_AT}`, bytes.length)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(COOKIE_AT) !== COOKIE) {
    throw malformed('magic cookie', 'it is not 63:82:53:63; plain BOOTP is not answered', COOKIE_AT)
  }
  const hardwareLength = view.getUint8(2)
  if (hardwareLength > MAX_HARDWARE_ADDRESS) {
    throw malformed('hlen', `a hardware address of ${hardwareLength} bytes; there is room for 16`, 2)
  }
  const { options, overload } = decodeOptions(bytes)
  return {
    op: decodeOp(view.getUint8(0)),
    hardwareType: view.getUint8(1),
    hops: view.getUint8(3),
    transactionId: view.getUint32(4),
    seconds: view.getUint16(8),
    broadcast: (view.getUint16(10) & BROADCAST_FLAG) !== 0,
    clientAddress: readAddress(bytes, 12),
    yourAddress: readAddress(bytes, 16),
    serverAddress: readAddress(bytes, 20),
    relayAddress: readAddress(bytes, 24),
    hardwareAddress: new Uint8Array(bytes.subarray(28, 28 + hardwareLength)),
    serverName: (overload & 2) === 0 ? decodeName(bytes, SERVER_NAME) : '',
    bootFile: (overload & 1) === 0 ? decodeName(bytes, BOOT_FILE) : '',
    options,
  }
}

/**
 * At least 300 bytes. The message type (53) comes first, the others in their order; those longer than 255 bytes are
 * split (RFC 3396). Options 0, 52 and 255 are not written: they are the encoder's own. Failure `packet.malformed`
 * for what has no place in a message, such as a boot file name of 128 bytes, which belongs into option 67.
 */
export function encodeDhcp(message: DhcpMessage): Uint8Array {
  if (message.hardwareAddress.length > MAX_HARDWARE_ADDRESS) {
    throw malformed('chaddr', `a hardware address of ${message.hardwareAddress.length} bytes`, 28)
  }
  const options = encodeOptionList(message.options, OPTIONS_AT)
  const size = OPTIONS_AT + options.length
  if (size > MAX_BYTES) throw malformed('message', `${size} bytes are more than ${MAX_BYTES}`, MAX_BYTES)
  const bytes = new Uint8Array(Math.max(MIN_ENCODED_BYTES, size))
  const view = new DataView(bytes.buffer)
  view.setUint8(0, message.op === 'request' ? 1 : 2)
  view.setUint8(1, message.hardwareType)
  view.setUint8(2, message.hardwareAddress.length)
  view.setUint8(3, message.hops)
  view.setUint32(4, message.transactionId)
  view.setUint16(8, message.seconds)
  view.setUint16(10, message.broadcast ? BROADCAST_FLAG : 0)
  bytes.set(writeAddress(message.clientAddress, 'ciaddr'), 12)
  bytes.set(writeAddress(message.yourAddress, 'yiaddr'), 16)
  bytes.set(writeAddress(message.serverAddress, 'siaddr'), 20)
  bytes.set(writeAddress(message.relayAddress, 'giaddr'), 24)
  bytes.set(message.hardwareAddress, 28)
  bytes.set(encodeName(message.serverName, SERVER_NAME), SERVER_NAME.at)
  bytes.set(encodeName(message.bootFile, BOOT_FILE), BOOT_FILE.at)
  view.setUint32(COOKIE_AT, COOKIE)
  bytes.set(options, OPTIONS_AT)
  return bytes
}

function decodeOp(op: number): DhcpMessage['op'] {
  if (op === 1) return 'request'
  if (op === 2) return 'reply'
  throw malformed('op', `${op} is neither request (1) nor reply (2)`, 0)
}

/** Options, then file, then sname: the order in which their parts are joined (RFC 3396). */
function decodeOptions(bytes: Uint8Array): { options: ReadonlyMap<number, Uint8Array>; overload: number } {
  const list = createOptionList(bytes)
  list.read('options', OPTIONS_AT, bytes.length)
  const overload = decodeOverload(list.take(OVERLOAD))
  for (const [bit, { field, at, length }] of [[1, BOOT_FILE] as const, [2, SERVER_NAME] as const]) {
    if ((overload & bit) !== 0) list.read(field, at, at + length)
  }
  list.take(OVERLOAD)
  return { options: list.joined(), overload }
}

/** Which fields hold options as well: 1 file, 2 sname, 3 both (RFC 2132 §9.3). */
function decodeOverload(value: Uint8Array | undefined): number {
  if (value === undefined) return 0
  const [fields = 0] = value
  if (value.length === 1 && fields >= 1 && fields <= 3) return fields
  throw malformed('option 52', 'it says neither 1, 2 nor 3', OPTIONS_AT)
}

interface NameField {
  readonly field: string
  readonly at: number
  readonly length: number
}

/** Whatever is behind the first zero is no part of it. */
function decodeName(bytes: Uint8Array, { at, length }: NameField): string {
  const field = bytes.subarray(at, at + length)
  const end = field.indexOf(0)
  return String.fromCharCode(...(end === -1 ? field : field.subarray(0, end)))
}

/** Always with its terminating zero: not every firmware stops at the end of the field. */
function encodeName(name: string, { field, at, length }: NameField): Uint8Array {
  if (name.length < length && /^[\x01-\xff]*$/.test(name)) {
    return Uint8Array.from(name, (character) => character.charCodeAt(0))
  }
  throw new Failure(
    'packet.malformed',
    `DHCP: ${field} holds at most ${length - 1} one-byte characters; send a longer name as option ${at === BOOT_FILE.at ? 67 : 66}`,
    { field, offset: at },
  )
}
