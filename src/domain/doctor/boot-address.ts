import { parseIpv4 } from '../netboot/ipv4.ts'
import { isLoopback } from '../plain-address.ts'
import type { Finding } from './finding.ts'

/** An address this computer has itself. */
export interface OwnAddress {
  /** Name of its network card. */
  readonly card: string
  readonly address: string
  readonly isLoopback: boolean
}

export interface BootAddressFacts {
  /** `HOST` or `HOST:PORT` that hosts shall use. */
  readonly advertise?: string | undefined
  /** Address listened on; absent, `0.0.0.0` and `::`: all of them. */
  readonly bootHost?: string | undefined
  readonly own: readonly OwnAddress[]
  /** What an advertised name stands for; `not-found`: there is no such name, `unknown`: nobody could be asked. */
  readonly lookedUp?: readonly string[] | 'not-found' | 'unknown' | undefined
}

const NAME = 'address for hosts'
const ADVERTISE = 'give the address that hosts reach with --advertise ADDRESS'

/** `HOST` of `HOST`, `HOST:PORT` or `[HOST]:PORT`. */
export function nameOfHost(advertised: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(advertised)?.[1]
  return bracketed ?? advertised.replace(/^([^:]+):\d{1,5}$/, '$1')
}

export function isAddress(text: string): boolean {
  return parseIpv4(text) !== undefined || /^[0-9a-f]*:[0-9a-f:.]+$/i.test(text)
}

/** Cards that container engines make for themselves: docker0, br-0123456789ab, cni0, podman1 and their like. */
export function isContainerCard(card: string): boolean {
  return /^(docker|podman|cni|lxcbr|lxdbr|flannel|cali|veth|cilium|nerdctl)|^br-[0-9a-f]{12}$/.test(card)
}

/** Whether hosts can plausibly reach this computer at the address they are told. */
export function judgeBootAddress(facts: BootAddressFacts): Finding {
  const { advertise, bootHost } = facts
  if (advertise !== undefined) return judgeAdvertised(nameOfHost(advertise), facts)
  if (bootHost !== undefined && bootHost !== '0.0.0.0' && bootHost !== '::')
    return judgeAddress(bootHost, facts, 'warning')
  return judgeChosen(facts)
}

function judgeAdvertised(host: string, facts: BootAddressFacts): Finding {
  if (isAddress(host)) return judgeAddress(host, facts, 'bad')
  const { lookedUp = 'unknown' } = facts
  if (lookedUp === 'not-found') {
    const remedy = 'correct --advertise, add the name to the DNS that hosts use, or give an address'
    return finding('bad', `there is no such name as ${host}`, remedy)
  }
  if (lookedUp === 'unknown') {
    return finding(
      'warning',
      `${host} could not be looked up from here`,
      'look whether DNS works, or give an address',
    )
  }
  const shown = lookedUp.slice(0, 4).join(', ')
  if (lookedUp.some((address) => isLocal(address, facts))) {
    const remedy = 'hosts may get the same answer; give an address, or correct /etc/hosts and the DNS'
    return finding('warning', `${host} stands for ${shown} here, which is this computer only`, remedy)
  }
  const judged = judgeAddress(lookedUp[0] ?? '', facts, 'warning')
  return { ...judged, detail: `${host} stands for ${shown}; ${judged.detail}` }
}

function judgeAddress(address: string, facts: BootAddressFacts, loopback: 'warning' | 'bad'): Finding {
  if (isLocal(address, facts)) return finding(loopback, `${address} is this computer only`, ADVERTISE)
  if (isNobody(address)) return finding('bad', `${address} is no address of a computer`, ADVERTISE)
  if (isLinkLocal(address))
    return finding('warning', `${address} is link-local, which no router passes on`, ADVERTISE)
  const card = facts.own.find((one) => one.address === address)?.card
  if (card === undefined) {
    const why = `${address} is not an address of this computer: right only where something in between passes on to it`
    return finding('warning', why, 'look at --advertise and --boot-host, unless there is a NAT or a proxy')
  }
  if (isContainerCard(card))
    return finding('warning', `${address} is on ${card}, a network of containers on this computer`, ADVERTISE)
  return finding('good', `${address} on ${card}`)
}

/** Nothing was chosen: hosts are told the address they come in by, and the first where that is not known yet. */
function judgeChosen({ own }: BootAddressFacts): Finding {
  const outward = own.filter(({ isLoopback }) => !isLoopback)
  const usable = outward.filter(
    ({ card, address }) =>
      parseIpv4(address) !== undefined && !isContainerCard(card) && !isLinkLocal(address),
  )
  const [told] = outward
  const list = (all: readonly OwnAddress[]) =>
    all.map(({ card, address }) => `${address} on ${card}`).join(', ')
  if (!told) {
    const why = 'this computer has no address but loopback: only virtual machines on it reach it'
    return finding('warning', why, 'connect it to the network of the hosts')
  }
  const [first] = usable
  if (!first) {
    const why = `hosts elsewhere can hardly reach any of ${list(outward)}: link-local, or a network of containers`
    return finding('warning', why, 'connect it to the network of the hosts')
  }
  const choose = `where that is another, give it with --advertise, for example --advertise ${first.address}`
  if (!usable.includes(told)) {
    return finding(
      'warning',
      `the first address is ${list([told])}, which hosts elsewhere can hardly reach`,
      choose,
    )
  }
  if (usable.length === 1) return finding('good', list(usable))
  return finding(
    'warning',
    `there are several: ${list(usable)}; boot media and first scripts name the first`,
    choose,
  )
}

function finding(verdict: Finding['verdict'], detail: string, remedy?: string): Finding {
  return { name: NAME, verdict, detail, ...(remedy === undefined ? {} : { remedy }) }
}

function isLocal(address: string, { own }: BootAddressFacts): boolean {
  return isLoopback(address) || own.some((one) => one.isLoopback && one.address === address)
}

/** RFC 3927, RFC 4291 §2.5.6. */
function isLinkLocal(address: string): boolean {
  return address.startsWith('169.254.') || /^fe[89ab][0-9a-f]:/i.test(address)
}

/** Unspecified, multicast, broadcast. */
function isNobody(address: string): boolean {
  const number = parseIpv4(address)
  return number === undefined
    ? address === '::' || /^ff/i.test(address)
    : number < 2 ** 24 || number >= 224 * 2 ** 24
}
