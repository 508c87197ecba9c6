import { parseUuid, swapByteOrder, type Uuid } from '../../domain/uuid.ts'
import { readAddress, writeAddress } from './address.ts'
import type { DhcpMessage } from './message.ts'
import { joinBytes } from './option-list.ts'

/** Codes of the options that netboot uses (RFC 2132, 3004, 3046, 4578; 175 is iPXE's own). */
export const OPTION = {
  subnetMask: 1,
  router: 3,
  domainNameServer: 6,
  hostName: 12,
  broadcastAddress: 28,
  vendorOptions: 43,
  requestedAddress: 50,
  leaseTime: 51,
  messageType: 53,
  serverIdentifier: 54,
  parameterRequestList: 55,
  message: 56,
  maximumMessageSize: 57,
  renewalTime: 58,
  rebindingTime: 59,
  vendorClass: 60,
  clientIdentifier: 61,
  tftpServerName: 66,
  bootFileName: 67,
  userClass: 77,
  relayAgentInformation: 82,
  clientArchitecture: 93,
  clientInterface: 94,
  clientMachineIdentifier: 97,
  ipxe: 175,
} as const

const MESSAGE_TYPES = ['discover', 'offer', 'request', 'decline', 'ack', 'nak', 'release', 'inform'] as const

/** RFC 2132 §9.6; 1 is the first. */
export type DhcpMessageType = (typeof MESSAGE_TYPES)[number]

/** `undefined` when there is none, or none that RFC 2132 §9.6 knows. */
export function messageType(message: Pick<DhcpMessage, 'options'>): DhcpMessageType | undefined {
  const value = message.options.get(OPTION.messageType)
  return value?.length === 1 ? MESSAGE_TYPES[(value[0] ?? 0) - 1] : undefined
}

export function messageTypeOption(type: DhcpMessageType): Uint8Array {
  return Uint8Array.of(MESSAGE_TYPES.indexOf(type) + 1)
}

/** UTF-8, without a terminating zero (RFC 2132 §2). */
export function textOption(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** Up to the first zero, which some clients send along; what is no UTF-8 becomes U+FFFD. */
export function readText(value: Uint8Array): string {
  const end = value.indexOf(0)
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(end === -1 ? value : value.subarray(0, end))
}

/** One or more dotted addresses. Failure `packet.malformed`. */
export function addressOption(...addresses: readonly string[]): Uint8Array {
  return joinBytes(addresses.map((address) => writeAddress(address, 'an option')))
}

/** Dotted; bytes that make no whole address are left out. */
export function readAddresses(value: Uint8Array): readonly string[] {
  return Array.from({ length: Math.floor(value.length / 4) }, (_, index) => readAddress(value, index * 4))
}

/** Numbers of two bytes each, in network order. */
export function uint16List(numbers: readonly number[]): Uint8Array {
  return Uint8Array.from(numbers.flatMap((number) => [number >>> 8, number]))
}

/** A last odd byte is left out. */
export function readUint16List(value: Uint8Array): readonly number[] {
  const at = (index: number): number => ((value[index] ?? 0) << 8) | (value[index + 1] ?? 0)
  return Array.from({ length: Math.floor(value.length / 2) }, (_, index) => at(index * 2))
}

/** Four bytes in network order, as times in seconds are sent. */
export function uint32Option(number: number): Uint8Array {
  return Uint8Array.of(number >>> 24, number >>> 16, number >>> 8, number)
}

/**
 * Options inside an option: 43 and 175 (RFC 2132 §8.4; zeros between them mean nothing, 255 ends them), and 82, which
 * has neither (RFC 3046 §2.0). Never fails, as 43 may hold anything: what comes before a broken one counts. Of several
 * with one code the first counts.
 */
export function decodeSubOptions(
  value: Uint8Array,
  form: 'padded' | 'plain',
): ReadonlyMap<number, Uint8Array> {
  const found = new Map<number, Uint8Array>()
  for (let at = 0; at + 1 < value.length; ) {
    const code = value[at] ?? 0
    if (form === 'padded' && code === 0) {
      at += 1
      continue
    }
    const end = at + 2 + (value[at + 1] ?? 0)
    if ((form === 'padded' && code === 255) || end > value.length) break
    if (!found.has(code)) found.set(code, new Uint8Array(value.subarray(at + 2, end)))
    at = end
  }
  return found
}

/** `padded` writes the end (255) that PXE clients look for. RangeError for one longer than 255 bytes. */
export function encodeSubOptions(
  options: ReadonlyMap<number, Uint8Array>,
  form: 'padded' | 'plain',
): Uint8Array {
  const parts = [...options].map(([code, value]) => {
    if (value.length > 255) throw new RangeError(`sub-option ${code} of ${value.length} bytes`)
    return joinBytes([Uint8Array.of(code, value.length), value])
  })
  return joinBytes(form === 'padded' ? [...parts, Uint8Array.of(255)] : parts)
}

/**
 * Option 97: type 0 and sixteen bytes (RFC 4578 §2.3), as SMBIOS has them: the first three fields little-endian.
 * `undefined` for other types, and for all zeros and all ones, with which SMBIOS says that there is none (DSP0134 §7.2.1).
 */
export function readMachineIdentifier(value: Uint8Array): Uuid | undefined {
  if (value.length !== 17 || value[0] !== 0) return undefined
  const hex = [...value.subarray(1)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  if (/^(0+|f+)$/.test(hex)) return undefined
  const asSent = parseUuid(hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'))
  return asSent && swapByteOrder(asSent)
}

/** The other way round. */
export function machineIdentifierOption(uuid: Uuid): Uint8Array {
  const pairs = swapByteOrder(uuid).replaceAll('-', '').match(/../g) ?? []
  return Uint8Array.of(0, ...pairs.map((pair) => Number.parseInt(pair, 16)))
}
