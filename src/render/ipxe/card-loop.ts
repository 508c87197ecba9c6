import { netmaskOf } from '../../domain/guest-network.ts'
import type { MediaNetwork } from '../../domain/media-network.ts'
import { scriptText } from './script-text.ts'

/** Network cards that are tried, `net0` first. */
const CARDS = 8
/** Rounds over all cards before the machine reboots; a round without any link takes about 40 s a card. */
const ROUNDS = 10
/** Silence of the server after which it is given up, in milliseconds; the script it sends is the same for all. */
const SILENCE_MS = 30_000

export interface CardLoopInput {
  /** `http://HOST[:PORT]` of the boot server, checked. */
  readonly base: string
  readonly network: MediaNetwork
}

/**
 * Opens one network card after the other, waits for its link (switches with spanning tree take their time), gets an
 * address and then asks the server for the boot script; reboots after ten rounds. Labels are its own.
 */
export function cardLoop({ base, network }: CardLoopInput): readonly string[] {
  const { mac, vlan, fixed } = network
  const card = 'net${idx}'
  const nic = vlan === undefined ? card : `${card}-${vlan}`
  const where = vlan === undefined ? card : `${card}, VLAN ${vlan},`
  const excuses: readonly (readonly [string, string])[] = [
    ...(fixed
      ? []
      : [['no_address', `${where} got no address. Check its cable, DHCP and the VLAN.`] as const]),
    ...(vlan === undefined
      ? []
      : [['no_vlan', `this build of iPXE makes no VLAN on ${card}. It takes iPXE 2.0.`] as const]),
    ...(mac === undefined
      ? []
      : [['other', `${card} (\${${card}/mac}) is not the card that is meant, ${scriptText(mac)}`] as const]),
  ]
  return [
    'set round:int32 0',
    ':again',
    'inc round',
    'set idx:int32 0',
    ':card',
    'isset ${net${idx}/mac} || goto pause',
    ...(mac === undefined ? [] : [`iseq \${net\${idx}/mac} ${scriptText(mac)} || goto other`]),
    'echo edgeboot: round ${round}, network card net${idx} (${net${idx}/mac})',
    `ifopen ${card} || goto next`,
    // Not in older builds; dhcp waits for the link too, only not as long as spanning tree may take.
    `iflinkwait --timeout 30000 ${card} ||`,
    ...(vlan === undefined
      ? []
      : [`vcreate --tag ${vlan} ${card} || goto no_vlan`, `ifopen ${nic} || goto next`]),
    ...(fixed ? fixedAddress(nic, fixed) : [`dhcp ${nic} || goto no_address`]),
    askServer(base),
    noAnswer(base),
    'goto next',
    ...excuses.flatMap(([label, text]) => [`:${label}`, `echo edgeboot: ${text}`, 'goto next']),
    ':next',
    ...(fixed ? [`clear ${nic}/ip ||`] : []),
    ...(vlan === undefined ? [] : [`vdestroy ${nic} ||`]),
    `ifclose ${card} ||`,
    'inc idx',
    `iseq \${idx} ${CARDS} || goto card`,
    ':pause',
    `iseq \${round} ${ROUNDS} && goto give_up ||`,
    'sleep 5',
    'goto again',
    ':give_up',
    `echo edgeboot: no network card reached ${base}. Rebooting in 30 s.`,
    'sleep 30',
    'reboot',
  ]
}

/** What holds for the script as a whole and, as settings named `edgeboot-`, for what `boot.ipxe` asks the server. */
export function networkSettings({ fixed, vlan, syslog }: MediaNetwork): readonly string[] {
  return [
    ...(syslog === undefined ? [] : [`set syslog ${scriptText(syslog)}`]),
    ...(vlan === undefined ? [] : [`set edgeboot-vlan ${vlan}`]),
    ...(fixed
      ? [
          `set edgeboot-address ${scriptText(fixed.address)}/${fixed.prefix}`,
          ...(fixed.gateway === undefined ? [] : [`set edgeboot-gateway ${scriptText(fixed.gateway)}`]),
          ...(fixed.nameServers.length === 0
            ? []
            : [`set edgeboot-dns ${scriptText(fixed.nameServers.join(','))}`]),
        ]
      : []),
  ]
}

/** Asks for the script that is the same for all, and goes on where there is none. */
export function askServer(base: string): string {
  return `chain --timeout ${SILENCE_MS} --replace --autofree ${base}/boot.ipxe ||`
}

/** What to look at when `askServer` got nothing. */
export function noAnswer(base: string): string {
  const check = base.startsWith('https:')
    ? 'that port and firewall let it through and that iPXE trusts its certificate'
    : 'that port and firewall let it through'
  return `echo edgeboot: no answer from ${base}. Check that edgeboot runs there and ${check}.`
}

function fixedAddress(nic: string, fixed: NonNullable<MediaNetwork['fixed']>): readonly string[] {
  const [nameServer] = fixed.nameServers
  return [
    `set ${nic}/ip ${scriptText(fixed.address)}`,
    `set ${nic}/netmask ${netmaskOf(fixed.prefix)}`,
    ...(fixed.gateway === undefined ? [] : [`set ${nic}/gateway ${scriptText(fixed.gateway)}`]),
    ...(nameServer === undefined ? [] : [`set ${nic}/dns ${scriptText(nameServer)}`]),
  ]
}
