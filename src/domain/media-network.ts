import { Failure } from './failure.ts'
import {
  type FixedAddress,
  type GuestNetwork,
  isHostAddress,
  isHostOfNetwork,
  isInNetwork,
  isPrefix,
  isVlan,
  MAX_NAME_SERVERS,
} from './guest-network.ts'
import { type MacAddress, parseMacAddress } from './mac-address.ts'
import { parseIpv4 } from './netboot/ipv4.ts'

/** What the script on boot media does with the network besides asking for an address. */
export interface MediaNetwork extends GuestNetwork {
  /** The only card that is tried. */
  readonly mac?: MacAddress
  /** IPv4 address of a syslog server that gets what iPXE says (UDP 514). */
  readonly syslog?: string
}

/** Options of the command line as they were given. */
export interface MediaNetworkTexts {
  readonly address?: string | undefined
  readonly gateway?: string | undefined
  readonly dns?: readonly string[] | undefined
  readonly vlan?: string | undefined
  readonly syslog?: string | undefined
  readonly mac?: string | undefined
}

/**
 * Checks them, also against the host of the server's URL, which has to be reachable with them. Failure `usage.invalid`
 * names everything that is wrong.
 */
export function parseMediaNetwork(texts: MediaNetworkTexts, serverHost: string): MediaNetwork {
  const problems: string[] = []
  const fixed = parseFixed(texts, serverHost, problems)
  const vlan = texts.vlan === undefined ? undefined : Number(texts.vlan)
  if (vlan !== undefined && !(/^\d{1,4}$/.test(texts.vlan ?? '') && isVlan(vlan))) {
    problems.push(`--vlan ${shown(texts.vlan)}: expected a number from 1 to 4094`)
  }
  const syslog = parseIpv4(texts.syslog ?? '')
  if (texts.syslog !== undefined && (syslog === undefined || !isHostAddress(syslog))) {
    problems.push(`--syslog ${shown(texts.syslog)}: expected an IPv4 address; iPXE takes no name and no port`)
  }
  const mac = parseMacAddress(texts.mac ?? '')
  if (texts.mac !== undefined && !mac) {
    problems.push(`--mac ${shown(texts.mac)}: expected six pairs of hex digits, 52:54:00:12:34:56`)
  }
  if (problems.length > 0) throw new Failure('usage.invalid', problems.join('\n  '))
  return {
    ...(fixed ? { fixed } : {}),
    ...(vlan === undefined ? {} : { vlan }),
    ...(texts.syslog === undefined ? {} : { syslog: texts.syslog }),
    ...(mac ? { mac } : {}),
  }
}

function parseFixed(
  { address: given, gateway, dns = [] }: MediaNetworkTexts,
  serverHost: string,
  problems: string[],
): FixedAddress | undefined {
  if (given === undefined) {
    for (const [flag, text] of [['--gateway', gateway] as const, ['--dns', dns[0]] as const]) {
      if (text !== undefined) problems.push(`${flag} goes with --address; without it DHCP says which to use`)
    }
    return undefined
  }
  const match = /^([\d.]{7,15})\/(\d{1,2})$/.exec(given)
  const number = parseIpv4(match?.[1] ?? '')
  const prefix = Number(match?.[2])
  if (!match?.[1] || number === undefined || !isPrefix(prefix)) {
    problems.push(`--address ${shown(given)}: expected ADDRESS/PREFIX, for example 192.0.2.20/24 (8 to 30)`)
    return undefined
  }
  if (!isHostOfNetwork(number, prefix)) {
    problems.push(`--address ${given}: no machine can have this address; it is of the network or special`)
  }
  const via = parseIpv4(gateway ?? '')
  if (
    gateway !== undefined &&
    (via === undefined ||
      via === number ||
      !isInNetwork(via, number, prefix) ||
      !isHostOfNetwork(via, prefix))
  ) {
    problems.push(`--gateway ${shown(gateway)}: expected another address in the network of ${given}`)
  }
  for (const server of dns) {
    const parsed = parseIpv4(server)
    if (parsed === undefined || !isHostAddress(parsed))
      problems.push(`--dns ${shown(server)}: expected an IPv4 address`)
  }
  if (dns.length > MAX_NAME_SERVERS) problems.push(`--dns: at most ${MAX_NAME_SERVERS} are of use`)
  const server = parseIpv4(serverHost)
  if (server === undefined && !serverHost.startsWith('[') && dns.length === 0) {
    problems.push(
      `--server-url names ${serverHost}: with --address it takes --dns to find it, or its address`,
    )
  }
  if (server !== undefined && gateway === undefined && !isInNetwork(server, number, prefix)) {
    problems.push(`--server-url is at ${serverHost}, outside the network of ${given}: it takes --gateway`)
  }
  return {
    address: match[1],
    prefix,
    ...(gateway === undefined ? {} : { gateway }),
    nameServers: dns,
  }
}

/** Foreign text for a message. */
function shown(text: string | undefined): string {
  return JSON.stringify((text ?? '').slice(0, 80))
}
