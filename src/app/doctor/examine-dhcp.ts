import { probeDhcp } from '../../adapters/dhcp-probe/dhcp-probe.ts'
import { ownCards } from '../../adapters/host-network/interface-address.ts'
import { portHolders } from '../../adapters/host-network/port-holder.ts'
import { isContainerCard } from '../../domain/doctor/boot-address.ts'
import { judgeOffers, type OwnServers } from '../../domain/doctor/dhcp-offer.ts'
import type { Finding } from '../../domain/doctor/finding.ts'
import { isFailure } from '../../domain/failure.ts'
import { parseMacAddress } from '../../domain/mac-address.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'
import type { HeldDirectory } from './held-directory.ts'

export interface DhcpExamination {
  /** False: nothing is sent. */
  readonly asksForDhcp: boolean
  /** Names of the cards to ask on; empty: all that are neither loopback nor of containers. */
  readonly dhcpInterfaces: readonly string[]
  /** Whether this very process answers DHCP; absent where another may. */
  readonly answersDhcp?: boolean | undefined
  readonly held: HeldDirectory
  readonly clock: Clock
  readonly random: Random
}

const NAME = 'other DHCP and PXE servers'
/** dnsmasq looks for three seconds whether the address it offers is in use. */
const WAIT_MS = 5000
const MAX_CARDS = 8
const DHCP_PORT = 67
const NO_CARD = '00:00:00:00:00:00'

/** Asks once on each network, as firmware does, and says what the answers mean for hosts there. */
export async function* examineDhcp(options: DhcpExamination, signal: AbortSignal): AsyncIterable<Finding> {
  const { asksForDhcp, dhcpInterfaces, clock, random } = options
  if (!asksForDhcp) {
    yield { name: NAME, verdict: 'good', detail: 'not asked for (--no-dhcp-probe)' }
    return
  }
  const cards = cardsToAsk(dhcpInterfaces)
  for (const name of dhcpInterfaces.filter((wanted) => !cards.some(({ card }) => card === wanted)))
    yield { name: `DHCP on ${name}`, verdict: 'bad', detail: 'there is no such card with an IPv4 address' }
  if (cards.length === 0) {
    yield { name: NAME, verdict: 'good', detail: 'not asked for: there is no network to ask on' }
    return
  }
  try {
    const answers = await probeDhcp({ cards, waitMs: WAIT_MS, clock, random }, signal)
    const own = await ownServers(options)
    for (const { card, offers, problem } of answers) {
      if (problem === undefined) yield* judgeOffers({ card, offers, waitedMs: WAIT_MS }, own)
      else yield { name: `DHCP on ${card}`, verdict: 'warning', detail: `nobody could be asked: ${problem}` }
    }
  } catch (error) {
    if (!isFailure(error)) throw error
    yield describeRefusal(error.message, isFailure(error, 'port.in-use'))
  }
}

function describeRefusal(why: string, isInUse: boolean): Finding {
  const remedy = isInUse
    ? 'stop the DHCP client that holds it, or look with: tcpdump -ni any port 67 or port 68'
    : 'run edgeboot doctor as root, or with the capability CAP_NET_BIND_SERVICE'
  return { name: NAME, verdict: 'warning', detail: `could not be asked for: ${why}`, remedy }
}

function cardsToAsk(wanted: readonly string[]) {
  const known = new Set<string>()
  return ownCards()
    .flatMap(({ card, address, family, isLoopback, mac: text }) => {
      const mac = parseMacAddress(text)
      const isMeant = wanted.length > 0 ? wanted.includes(card) : !isContainerCard(card)
      const isNetwork = family === 'IPv4' && !isLoopback && mac !== undefined && text !== NO_CARD
      if (!isNetwork || !isMeant || known.has(card)) return []
      known.add(card)
      return [{ card, address, mac }]
    })
    .slice(0, MAX_CARDS)
}

async function ownServers({ answersDhcp, held }: DhcpExamination): Promise<OwnServers> {
  const addresses = ownCards().map(({ address }) => address)
  const holders = await portHolders(DHCP_PORT, 'udp')
  const other = holders.find(({ pid }) => pid !== held.holder)
  // Processes of other users show only to root; where a server of ours runs it is the likeliest.
  const isEdgeboot =
    answersDhcp ?? (held.isServed && (holders.length === 0 || holders.some(({ pid }) => pid === held.holder)))
  return { addresses, isEdgeboot, other: other && `${other.name} (pid ${other.pid})` }
}
