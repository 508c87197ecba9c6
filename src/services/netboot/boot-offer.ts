import type { DhcpMessage } from '../../codec/dhcp4/message.ts'
import type { NetbootClient } from '../../codec/dhcp4/netboot-client.ts'
import {
  addressOption,
  messageType,
  messageTypeOption,
  OPTION,
  textOption,
} from '../../codec/dhcp4/options.ts'
import { DISCOVERY, encodePxeVendorOptions } from '../../codec/dhcp4/pxe-vendor-options.ts'
import type { FirmwareCatalogue, FirmwareImage } from '../../ports/firmware-catalogue.ts'

/** Makes the answer as it goes out by one of our addresses. `undefined`: not by this one. */
export type Answer = (address: string) => DhcpMessage | undefined

/** What a client is led to. `script`: it is iPXE already. */
export type BootTarget =
  | { readonly kind: 'script' }
  | { readonly kind: 'file'; readonly name: string }
  | { readonly kind: 'nothing'; readonly reason: string }

/** Where files and scripts are had, as the client reaches this machine. */
export interface BootPlaces {
  /** IPv4 address by which the client reaches us. */
  readonly address: string
  /** `http://HOST:PORT` of the boot server there. */
  readonly base: string
}

/** Of an option that is sent back as it came. Octets. */
const MAX_ECHOED = 255
/** A boot file longer than the fixed field goes into option 67 (RFC 2132 §9.5). Octets, its NUL not counted. */
const BOOT_FILE_FIELD = 127

/** What fits the client: the chosen image where one is chosen, else the first of the catalogue for its architecture. */
export function bootTargetFor(
  client: NetbootClient,
  catalogue: FirmwareCatalogue,
  chosen: string | undefined,
): BootTarget {
  if (client.kind === 'ipxe') return { kind: 'script' }
  if (chosen !== undefined) {
    return catalogue.find(chosen)
      ? { kind: 'file', name: chosen }
      : { kind: 'nothing', reason: `its boot file ${chosen} is not in the firmware folders` }
  }
  const { architecture: told } = client
  if (!told) {
    const codes = client.architectureCodes.join(', ') || 'none'
    return { kind: 'nothing', reason: `its architecture (${codes}) is not registered; choose its bootFile` }
  }
  const image = firstFor(told.architecture, catalogue)
  if (image) return { kind: 'file', name: image.name }
  return { kind: 'nothing', reason: `there is no firmware image for ${told.name}` }
}

function firstFor(
  architecture: FirmwareImage['architecture'] | undefined,
  catalogue: FirmwareCatalogue,
): FirmwareImage | undefined {
  return catalogue.images().find((image) => image.architecture === architecture && !image.isChosenOnly)
}

/**
 * The answer with which a client boots: an OFFER to a DISCOVER, an ACK to the rest, without an address of its own unless
 * `lease` has one. Each kind of firmware gets the options it needs and no others: UEFI takes option 43 for a boot menu, iPXE
 * follows a menu instead of the script, HTTP boot only listens to `HTTPClient` (UEFI 2.10 §24.7.3).
 */
export function bootReply(
  question: DhcpMessage,
  client: NetbootClient,
  target: Exclude<BootTarget, { kind: 'nothing' }>,
  { address, base }: BootPlaces,
  lease: { readonly yourAddress: string; readonly options: ReadonlyMap<number, Uint8Array> } = NO_LEASE,
): DhcpMessage {
  const path = target.kind === 'script' ? `${base}/boot.ipxe` : target.name
  const bootFile = target.kind === 'file' && client.kind === 'http' ? `${base}/${target.name}` : path
  const isLong = bootFile.length > BOOT_FILE_FIELD
  const options = new Map(replyOptions(question, address))
  options.set(OPTION.vendorClass, textOption(client.kind === 'http' ? 'HTTPClient' : 'PXEClient'))
  if (client.kind === 'pxe' && client.architecture?.architecture === 'x86-bios') {
    options.set(OPTION.vendorOptions, encodePxeVendorOptions({ discoveryControl: DISCOVERY.useBootFile }))
  }
  if (isLong) options.set(OPTION.bootFileName, textOption(bootFile))
  for (const [code, value] of lease.options) options.set(code, value)
  return {
    ...replyTo(question),
    yourAddress: lease.yourAddress,
    serverAddress: address,
    bootFile: isLong ? '' : bootFile,
    options,
  }
}

const NO_LEASE = { yourAddress: '0.0.0.0', options: new Map<number, Uint8Array>() }

/** The fixed fields of any answer (RFC 2131 table 3). */
export function replyTo(question: DhcpMessage): DhcpMessage {
  return {
    ...question,
    op: 'reply',
    hops: 0,
    seconds: 0,
    yourAddress: '0.0.0.0',
    serverAddress: '0.0.0.0',
    serverName: '',
    bootFile: '',
    options: new Map(),
  }
}

/** Type, server and what has to come back as it was sent: the client's UUID, what relays have added (RFC 3046 §2.2). */
export function replyOptions(question: DhcpMessage, address: string): ReadonlyMap<number, Uint8Array> {
  const isDiscover = messageType(question) === 'discover'
  const options = new Map<number, Uint8Array>([
    [OPTION.messageType, messageTypeOption(isDiscover ? 'offer' : 'ack')],
    [OPTION.serverIdentifier, addressOption(address)],
  ])
  for (const code of [OPTION.clientMachineIdentifier, OPTION.relayAgentInformation]) {
    const value = question.options.get(code)
    // No honest one is longer, and the answer has to fit a packet.
    if (value && value.length <= MAX_ECHOED) options.set(code, value)
  }
  return options
}
