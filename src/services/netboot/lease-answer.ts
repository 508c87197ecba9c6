import type { DhcpMessage } from '../../codec/dhcp4/message.ts'
import type { NetbootClient } from '../../codec/dhcp4/netboot-client.ts'
import {
  addressOption,
  type DhcpMessageType,
  messageTypeOption,
  OPTION,
  readAddresses,
  uint32Option,
} from '../../codec/dhcp4/options.ts'
import type { MacAddress } from '../../domain/mac-address.ts'
import { broadcastAddress, isInNetwork } from '../../domain/netboot/ipv4.ts'
import { type Answer, type BootTarget, bootReply, replyOptions, replyTo } from './boot-offer.ts'
import type { LeaseBook, LeasePlan } from './lease-book.ts'

/** Only Ethernet cards get leases. */
const ETHERNET = 1

/**
 * The answer of the DHCP server of a network (RFC 2131 §4.3), with what a client boots where it is one that boots from the
 * network. A request that names another server gives back what was offered to it.
 */
export function answerLease({
  message,
  type,
  client,
  target,
  leases,
  isForUs,
  isHost,
  base,
}: {
  readonly message: DhcpMessage
  readonly type: DhcpMessageType
  readonly client: NetbootClient | undefined
  readonly target: BootTarget | undefined
  readonly leases: LeaseBook
  /** It names this server (option 54). */
  readonly isForUs: boolean
  /** It comes from a host of the fleet. */
  readonly isHost: boolean
  readonly base: (address: string) => string
}): Answer | undefined {
  const mac = cardOf(message)
  if (mac === undefined) return undefined
  // RFC 2131 §4.3.1: a client behind a relay needs an address of the relay's network; ours is of no use there.
  if (message.relayAddress !== '0.0.0.0' && !isInNetwork(message.relayAddress, leases.plan.network))
    return undefined
  const wanted = addressIn(message, OPTION.requestedAddress)
  const named = addressIn(message, OPTION.serverIdentifier)
  switch (type) {
    case 'discover': {
      const address = leases.offer(mac, wanted, isHost)
      return address === undefined ? undefined : withLease(address)
    }
    case 'request': {
      if (named !== undefined && !isForUs) {
        leases.release(mac)
        return undefined
      }
      const asked = wanted ?? message.clientAddress
      return leases.take(mac, asked) ? withLease(asked) : refuse
    }
    case 'inform':
      return (address) =>
        answer(
          address,
          '0.0.0.0',
          new Map([...networkOptions(leases.plan)].filter(([code]) => code !== OPTION.leaseTime)),
        )
    case 'release':
      if (leases.holder(message.clientAddress) === mac) leases.release(mac)
      return undefined
    case 'decline':
      if (wanted !== undefined) leases.decline(mac, wanted)
      return undefined
    default:
      return undefined
  }

  function withLease(yourAddress: string): Answer {
    return (address) => answer(address, yourAddress, networkOptions(leases.plan))
  }

  function answer(
    address: string,
    yourAddress: string,
    options: ReadonlyMap<number, Uint8Array>,
  ): DhcpMessage {
    if (client && target && target.kind !== 'nothing')
      return bootReply(message, client, target, { address, base: base(address) }, { yourAddress, options })
    return {
      ...replyTo(message),
      yourAddress,
      options: new Map([...replyOptions(message, address), ...options]),
    }
  }

  function refuse(address: string): DhcpMessage {
    const options = new Map(replyOptions(message, address)).set(OPTION.messageType, messageTypeOption('nak'))
    // RFC 2131 §4.3.2: it may have to be broadcast by the relay too, for the client's address is wrong.
    return { ...replyTo(message), clientAddress: '0.0.0.0', broadcast: true, options }
  }
}

function networkOptions(plan: LeasePlan): ReadonlyMap<number, Uint8Array> {
  const options = new Map<number, Uint8Array>([
    [OPTION.leaseTime, uint32Option(plan.leaseSeconds)],
    [OPTION.subnetMask, addressOption(plan.network.netmask)],
    [OPTION.broadcastAddress, addressOption(broadcastAddress(plan.network))],
  ])
  if (plan.router !== undefined) options.set(OPTION.router, addressOption(plan.router))
  if (plan.dns.length > 0) options.set(OPTION.domainNameServer, addressOption(...plan.dns))
  return options
}

function addressIn({ options }: DhcpMessage, code: number): string | undefined {
  return readAddresses(options.get(code) ?? new Uint8Array())[0]
}

/** The card a message is about; `undefined` for what is no Ethernet. */
export function cardOf({ hardwareType, hardwareAddress }: DhcpMessage): MacAddress | undefined {
  if (hardwareType !== ETHERNET || hardwareAddress.length !== 6) return undefined
  return [...hardwareAddress].map((byte) => byte.toString(16).padStart(2, '0')).join(':') as MacAddress
}
