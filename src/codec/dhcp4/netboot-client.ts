import { type MacAddress, parseMacAddress } from '../../domain/mac-address.ts'
import { type ClientArchitecture, clientArchitecture } from '../../domain/netboot/architecture.ts'
import type { Uuid } from '../../domain/uuid.ts'
import type { DhcpMessage } from './message.ts'
import { decodeSubOptions, OPTION, readMachineIdentifier, readUint16List } from './options.ts'

/** Who wants to boot, as it says itself. */
export interface NetbootClient {
  readonly mac: MacAddress
  /** Absent where the machine has none. */
  readonly uuid?: Uuid
  /** iPXE comes before what it calls itself in option 60, which is PXE. */
  readonly kind: 'pxe' | 'http' | 'ipxe'
  /** Option 93 in order, registered or not; without it the one in option 60. */
  readonly architectureCodes: readonly number[]
  /** The first of them that is registered. */
  readonly architecture?: ClientArchitecture
  /** Option 60. Printable ASCII, at most 64 characters; empty when there is none. */
  readonly vendorClass: string
  /** Option 77. Printable like `vendorClass`; at most 16. */
  readonly userClass: readonly string[]
  /** Option 94 as type.major.minor: 1 is UNDI, 1.3.x one of UEFI (RFC 4578 §2.2). */
  readonly networkInterface?: string
  /** Only of iPXE. */
  readonly ipxe?: {
    /** Three numbers with dots. What was built between two releases says the number of the earlier. */
    readonly version?: string
    /** iPXE's own numbers, 16 to 127: 19 HTTP, 20 HTTPS, 21 TFTP, 36 EFI, 38 VLAN. In order. */
    readonly features: readonly number[]
  }
}

const MAX_TEXT = 64
const MAX_USER_CLASSES = 16
const MAX_ARCHITECTURES = 16
const IPXE = 'iPXE'
/** Sub-option of 175: three bytes of version. */
const IPXE_VERSION = 235
/** Sub-options of 175 that say what was built in (iPXE, include/ipxe/features.h). */
const IPXE_FEATURES = { first: 0x10, last: 0x7f }
const NONE = new Uint8Array(0)

/**
 * `undefined` when it is none: a reply, a client without a MAC address of six bytes, or one that is neither PXE, UEFI
 * HTTP boot (option 60) nor iPXE (user class, or option 175). Broken options count as absent ones.
 */
export function readNetbootClient(message: DhcpMessage): NetbootClient | undefined {
  const { op, hardwareAddress, options } = message
  const mac = parseMacAddress(
    [...hardwareAddress].map((byte) => byte.toString(16).padStart(2, '0')).join(':'),
  )
  const vendorClass = printable(options.get(OPTION.vendorClass) ?? NONE)
  const userClass = readUserClass(options.get(OPTION.userClass) ?? NONE)
  const kind = kindOf(vendorClass, userClass.includes(IPXE) || options.has(OPTION.ipxe))
  if (op !== 'request' || mac === undefined || kind === undefined) return undefined
  const uuid = readMachineIdentifier(options.get(OPTION.clientMachineIdentifier) ?? NONE)
  const architectureCodes = readArchitectureCodes(options.get(OPTION.clientArchitecture), vendorClass)
  const architecture = architectureCodes.map(clientArchitecture).find((known) => known !== undefined)
  const networkInterface = readNetworkInterface(options.get(OPTION.clientInterface) ?? NONE)
  return {
    mac,
    ...(uuid && { uuid }),
    kind,
    architectureCodes,
    ...(architecture && { architecture }),
    vendorClass,
    userClass,
    ...(networkInterface && { networkInterface }),
    ...(kind === 'ipxe' && { ipxe: readIpxe(options.get(OPTION.ipxe) ?? NONE) }),
  }
}

function kindOf(vendorClass: string, isIpxe: boolean): NetbootClient['kind'] | undefined {
  if (isIpxe) return 'ipxe'
  if (vendorClass.startsWith('PXEClient')) return 'pxe'
  if (vendorClass.startsWith('HTTPClient')) return 'http'
  return undefined
}

/** A list (RFC 3004 §4) if its lengths add up, else one text: iPXE sends four bare bytes. */
function readUserClass(value: Uint8Array): readonly string[] {
  const classes: string[] = []
  let at = 0
  while (at < value.length) {
    const length = value[at] ?? 0
    if (length === 0 || at + 1 + length > value.length) return [printable(value)]
    if (classes.length < MAX_USER_CLASSES) classes.push(printable(value.subarray(at + 1, at + 1 + length)))
    at += 1 + length
  }
  return classes
}

function readArchitectureCodes(value: Uint8Array | undefined, vendorClass: string): readonly number[] {
  const sent = readUint16List((value ?? NONE).subarray(0, 2 * MAX_ARCHITECTURES))
  if (sent.length > 0) return sent
  const code = Number(/^(?:PXE|HTTP)Client:Arch:(\d{5})(?!\d)/.exec(vendorClass)?.[1] ?? Number.NaN)
  return code <= 0xffff ? [code] : []
}

function readNetworkInterface(value: Uint8Array): string | undefined {
  return value.length === 3 ? value.join('.') : undefined
}

function readIpxe(value: Uint8Array): NonNullable<NetbootClient['ipxe']> {
  const inside = decodeSubOptions(value, 'padded')
  const version = inside.get(IPXE_VERSION)
  const { first, last } = IPXE_FEATURES
  return {
    ...(version?.length === 3 && { version: version.join('.') }),
    // A build may name a feature to say that it lacks it.
    features: [...inside]
      .filter(([code, of]) => code >= first && code <= last && of.some((byte) => byte !== 0))
      .map(([code]) => code),
  }
}

/** Bytes that are no printable ASCII become dots, so that a terminal or a log can show it. */
function printable(value: Uint8Array): string {
  const end = value.indexOf(0)
  const text = value.subarray(0, Math.min(MAX_TEXT, end === -1 ? value.length : end))
  return String.fromCharCode(...text.map((byte) => (byte >= 0x20 && byte <= 0x7e ? byte : 0x2e)))
}
