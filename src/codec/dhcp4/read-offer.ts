import type { DhcpOffer } from '../../domain/doctor/dhcp-offer.ts'
import { printable } from '../../domain/printable.ts'
import type { DhcpMessage } from './message.ts'
import { messageType, OPTION, readAddresses, readText } from './options.ts'

const NOBODY = '0.0.0.0'
const MAX_TEXT = 128
const NONE = new Uint8Array(0)

/** `undefined` when it is no DHCPOFFER (RFC 2131 §3.1). `from`: the address it came from, for servers that do not say theirs. */
export function readOffer(message: DhcpMessage, from: string): DhcpOffer | undefined {
  const { op, options, yourAddress, serverAddress } = message
  if (op !== 'reply' || messageType(message) !== 'offer') return undefined
  const text = (code: number): string => short(readText(options.get(code) ?? NONE))
  const [server = from] = readAddresses(options.get(OPTION.serverIdentifier) ?? NONE)
  const bootFile = text(OPTION.bootFileName) || short(message.bootFile)
  // Option 66 goes before the field, which many servers fill with themselves.
  const tftpServer = text(OPTION.tftpServerName) || short(message.serverName)
  const nextServer = tftpServer || (serverAddress === NOBODY ? '' : serverAddress)
  return {
    server,
    ...(yourAddress === NOBODY ? {} : { offered: yourAddress }),
    ...(nextServer === '' ? {} : { nextServer }),
    ...(bootFile === '' ? {} : { bootFile }),
    isForPxe: text(OPTION.vendorClass).startsWith('PXEClient'),
  }
}

function short(text: string): string {
  return printable(text).slice(0, MAX_TEXT)
}
