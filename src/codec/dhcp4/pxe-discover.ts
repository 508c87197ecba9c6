import type { MacAddress } from '../../domain/mac-address.ts'
import type { Uuid } from '../../domain/uuid.ts'
import type { DhcpMessage } from './message.ts'
import { machineIdentifierOption, messageTypeOption, OPTION, textOption, uint16List } from './options.ts'

const NOBODY = '0.0.0.0'
const ETHERNET = 1
/** x64 UEFI (RFC 4578 §2.1), the firmware of most machines; PXE 2.1 has the same number in option 60. */
const ARCHITECTURE = 7
/** UNDI of UEFI, as OVMF says it (RFC 4578 §2.2). */
const INTERFACE = [1, 3, 16]
/** Says that what follows is neither a hardware address nor an identifier of RFC 4361 (RFC 2132 §9.14). */
const FREE_FORM = 0

export interface PxeDiscover {
  readonly mac: MacAddress
  /** Unsigned, 32 bit. */
  readonly transactionId: number
  /** By which a server tells this client from the operating system on the same card. ASCII. */
  readonly clientId: string
  readonly uuid: Uuid
}

/**
 * The DHCPDISCOVER of firmware that wants to boot from the network (RFC 2131 §4.4.1, PXE 2.1 §2.2.1, RFC 4578). Asks for
 * its answers by broadcast, for who sends it has no address for them.
 */
export function pxeDiscover({ mac, transactionId, clientId, uuid }: PxeDiscover): DhcpMessage {
  const wanted = [
    OPTION.subnetMask,
    OPTION.router,
    OPTION.vendorOptions,
    OPTION.serverIdentifier,
    OPTION.vendorClass,
    OPTION.tftpServerName,
    OPTION.bootFileName,
  ]
  const vendorClass = `PXEClient:Arch:${String(ARCHITECTURE).padStart(5, '0')}:UNDI:003016`
  return {
    op: 'request',
    hardwareType: ETHERNET,
    hops: 0,
    transactionId,
    seconds: 0,
    broadcast: true,
    clientAddress: NOBODY,
    yourAddress: NOBODY,
    serverAddress: NOBODY,
    relayAddress: NOBODY,
    hardwareAddress: Uint8Array.from(mac.split(':').map((pair) => Number.parseInt(pair, 16))),
    serverName: '',
    bootFile: '',
    options: new Map([
      [OPTION.messageType, messageTypeOption('discover')],
      [OPTION.maximumMessageSize, uint16List([1472])],
      [OPTION.parameterRequestList, Uint8Array.from(wanted)],
      [OPTION.vendorClass, textOption(vendorClass)],
      [OPTION.clientIdentifier, Uint8Array.of(FREE_FORM, ...textOption(clientId))],
      [OPTION.clientArchitecture, uint16List([ARCHITECTURE])],
      [OPTION.clientInterface, Uint8Array.from(INTERFACE)],
      [OPTION.clientMachineIdentifier, machineIdentifierOption(uuid)],
    ]),
  }
}
