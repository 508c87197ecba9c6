import { nameOfHost } from './boot-address.ts'
import type { Finding } from './finding.ts'

/** What one DHCP or PXE server offers. Texts are printable and short. */
export interface DhcpOffer {
  /** Address of the server, as it says itself. */
  readonly server: string
  /** The address it would give; absent from a proxy, which only says what to boot (PXE 2.1 §2.2.3). */
  readonly offered?: string
  /** Where the boot file is fetched: an address or a name. */
  readonly nextServer?: string
  readonly bootFile?: string
  /** It speaks to PXE clients: with a boot file, or with a menu in options of its own. */
  readonly isForPxe: boolean
}

/** One network card that was asked on. */
export interface AskedNetwork {
  readonly card: string
  /** Milliseconds until nothing more was waited for. */
  readonly waitedMs: number
  readonly offers: readonly DhcpOffer[]
}

/** Who answers on this computer. */
export interface OwnServers {
  readonly addresses: readonly string[]
  /** Edgeboot answers DHCP here. */
  readonly isEdgeboot: boolean
  /** Another program does, in words: `dnsmasq (pid 12)`. */
  readonly other?: string | undefined
}

/** What the offers heard on one network mean for hosts that boot there: one finding for each, or one for none. */
export function judgeOffers({ card, offers, waitedMs }: AskedNetwork, own: OwnServers): readonly Finding[] {
  const name = `DHCP on ${card}`
  if (offers.length === 0) {
    return [
      {
        name,
        verdict: 'warning',
        detail: `no DHCP or PXE server answered within ${Math.round(waitedMs / 1000)} s`,
        remedy:
          'hosts there need a DHCP server, or media with an address of their own; edgeboot serve --dhcp authoritative is one',
      },
    ]
  }
  const ours = offers.filter((offer) => isOurs(offer, own))
  const answering = { ...own, weBoot: ours.length > 0, weLease: ours.some(({ offered }) => offered) }
  return offers.map((offer) => ({
    name,
    ...(ours.includes(offer) ? describeOurs(offer) : judgeOther(offer, answering)),
  }))
}

type Judged = Omit<Finding, 'name'>

/** Of two programs that answer here, the one that is not Edgeboot hands out addresses. */
function isOurs(offer: DhcpOffer, { addresses, isEdgeboot, other }: OwnServers): boolean {
  if (!isEdgeboot || !addresses.includes(offer.server)) return false
  return other === undefined || offer.offered === undefined
}

function describeOurs(offer: DhcpOffer): Judged {
  return { verdict: 'good', detail: `this server answers at ${offer.server}: ${describeOffer(offer)}` }
}

function judgeOther(
  offer: DhcpOffer,
  own: OwnServers & { readonly weBoot: boolean; readonly weLease: boolean },
): Judged {
  const isHere = own.addresses.includes(offer.server)
  const who = `server ${offer.server}${isHere ? ` on this computer, of ${own.other ?? 'another program'},` : ''}`
  if (offer.offered === undefined) {
    const detail = `PXE ${who} answers without addresses (a proxy): ${describeOffer(offer)}`
    if (!own.weBoot) return { verdict: 'warning', detail, remedy: LURED }
    return { verdict: 'bad', detail: `conflict: ${detail}, and so does this server`, remedy: STOP_ONE }
  }
  const detail = `DHCP ${who} ${describeOffer(offer)}`
  if (own.weLease) {
    return {
      verdict: 'bad',
      detail: `conflict: ${detail}, and this server hands out addresses too`,
      remedy: STOP_ONE,
    }
  }
  if (!leads(offer)) return { verdict: 'good', detail: `${detail}; it says nothing of what to boot` }
  if (leadsHere(offer, own.addresses)) return { verdict: 'good', detail: `${detail}, which is this computer` }
  return { verdict: 'warning', detail: `${detail}: it sends firmware elsewhere`, remedy: REDIRECT }
}

const LURED =
  'firmware of hosts there that boots from the network takes what it offers; hosts that boot from media do not ask it'
const STOP_ONE = 'firmware takes whichever comes first: let only one of the two answer on this network'
const REDIRECT =
  'take options 66 and 67 (next-server, filename) out of that DHCP server, or let them name this computer: they go before a proxy'

/** dnsmasq and others name themselves as the next server without a file to boot. */
function leads({ bootFile, isForPxe }: DhcpOffer): boolean {
  return bootFile !== undefined || isForPxe
}

function leadsHere({ bootFile = '', nextServer = '' }: DhcpOffer, addresses: readonly string[]): boolean {
  const url = /^[a-z]+:\/\/([^/]+)/i.exec(bootFile)?.[1]
  return addresses.includes(url === undefined ? nextServer : nameOfHost(url))
}

function describeOffer({ offered, bootFile, nextServer, isForPxe }: DhcpOffer): string {
  const address = offered === undefined ? [] : [`offers ${offered}`]
  const file = bootFile ?? (isForPxe ? 'a menu of its own' : undefined)
  const isUrl = bootFile?.includes('://') ?? false
  const place = isUrl || nextServer === undefined ? '' : ` on ${nextServer}`
  return (
    [...address, ...(file === undefined ? [] : [`boots ${file}${place}`])].join(' and ') || 'no boot file'
  )
}
