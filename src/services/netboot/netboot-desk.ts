import type { DhcpMessage } from '../../codec/dhcp4/message.ts'
import { type NetbootClient, readNetbootClient } from '../../codec/dhcp4/netboot-client.ts'
import { messageType, OPTION, readAddresses } from '../../codec/dhcp4/options.ts'
import { decideBoot } from '../../domain/boot-decision.ts'
import {
  decideNetboot,
  type InstalledPolicy,
  type NetbootStanding,
} from '../../domain/netboot/decide-answer.ts'
import { secureBootChain } from '../../domain/netboot/secure-boot.ts'
import { createRateLimiter, type RateLimit } from '../../domain/rate-limit.ts'
import type { Clock } from '../../ports/clock.ts'
import type { FirmwareCatalogue } from '../../ports/firmware-catalogue.ts'
import type { Log } from '../../ports/log.ts'
import { findHost } from '../find-host.ts'
import type { FleetPlans } from '../fleet-plans.ts'
import type { HostBook } from '../host-book.ts'
import { bootFileNameFor } from './boot-files.ts'
import { type Answer, type BootTarget, bootReply, bootTargetFor } from './boot-offer.ts'
import { answerLease, cardOf } from './lease-answer.ts'
import type { LeaseBook } from './lease-book.ts'
import type { NetbootNewsDesk } from './netboot-news.ts'

/** The port a packet came in on: 67 of DHCP, 4011 of PXE boot servers (PXE 2.1 §2.2.3). */
export type DhcpPort = 'dhcp' | 'pxe'

/** Decides what is answered to DHCP packets. */
export interface NetbootDesk {
  /** `undefined` for silence. `ours`: the addresses by which this machine answers. */
  consider(message: DhcpMessage, port: DhcpPort, ours: readonly string[]): Answer | undefined
}

export interface NetbootDeskDependencies {
  readonly book: HostBook
  readonly plans: FleetPlans
  readonly catalogue: FirmwareCatalogue
  readonly news: NetbootNewsDesk
  /** How installed hosts are treated. */
  readonly installed: InstalledPolicy
  /** The addresses we hand out, where we are the DHCP server of the network. */
  readonly leases?: LeaseBook | undefined
  /** `http://HOST:PORT` of the boot server for those who reach us by that address. */
  readonly base: (address: string) => string
  readonly clock: Clock
  readonly log: Log
}

/** Firmware asks four times in half a minute; iPXE and the live system then ask again. */
const PER_CLIENT: RateLimit = { perSecond: 2, burst: 20 }
/** Of machines that are no host, together: anybody can make up addresses, and hosts must not suffer from that. */
const STRANGERS: RateLimit = { perSecond: 100, burst: 400 }
/** In the name of one host, whose UUID anybody may have read off its label, from whatever cards. */
const PER_HOST: RateLimit = { perSecond: 20, burst: 200 }
/** What is kept of a host that asks again and again. */
const EVENTS: RateLimit = { perSecond: 1 / 600, burst: 20 }

export function createNetbootDesk(dependencies: NetbootDeskDependencies): NetbootDesk {
  const { book, plans, catalogue, news, installed, leases, base, clock, log } = dependencies
  const perClient = createRateLimiter(PER_CLIENT)
  const perHost = createRateLimiter(PER_HOST)
  const strangers = createRateLimiter(STRANGERS)
  const events = createRateLimiter(EVENTS)

  /** What a client is told, noted where it may be of interest. */
  function decide(message: DhcpMessage, client: NetbootClient, port: DhcpPort): BootTarget {
    const { mac, uuid } = client
    const known = findHost({ mac, ...(uuid ? { uuid } : {}) }, { book, plans })
    const host = known?.host.name
    const { action, reason } = decideNetboot(standingOf(known), installed)
    const chosen = chosenFor(host, client)
    const target: BootTarget =
      action === 'offer' ? bootTargetFor(client, catalogue, chosen) : { kind: 'nothing', reason }
    const isAnswered = target.kind !== 'nothing'
    const file = target.kind === 'file' ? bootFileNameFor(host, target.name) : undefined
    const told = {
      action: isAnswered ? ('answered' as const) : ('ignored' as const),
      reason:
        target.kind === 'nothing'
          ? target.reason
          : target.kind === 'script'
            ? `${reason}; led to its script`
            : reason,
      client: describeClient(client),
      ...(file === undefined ? {} : ({ file, fetches: client.kind === 'http' ? 'http' : 'tftp' } as const)),
    }
    const about = { service: 'dhcp' as const, ...told, mac, ...(uuid ? { uuid } : {}) }
    const isNews = news.tell(host === undefined ? about : { ...about, host })
    if (isNews && host !== undefined && events.take(host, clock.now())) record(host, told, message, port)
    return target.kind === 'file' ? { kind: 'file', name: file ?? target.name } : target
  }

  /** With Secure Boot the firmware starts nothing but the shim. */
  function chosenFor(host: string | undefined, { architecture }: NetbootClient): string | undefined {
    const wish = host === undefined ? undefined : plans.wish(host)
    if (!wish?.secureBoot || wish.bootFile !== undefined) return wish?.bootFile
    return secureBootChain(architecture?.architecture === 'arm64-uefi' ? 'arm64' : 'x64').bootFile
  }

  function standingOf(known: ReturnType<typeof findHost>): NetbootStanding {
    if (known) {
      const policy = plans.of(known.host.name)?.policy ?? { identity: 'claimed', approve: 'manual' }
      // Where its script request will come from is not known yet.
      const decision = decideBoot(known.life, policy, { now: clock.now(), address: '' })
      return { kind: 'host', host: known.host.name, decision }
    }
    const { policy } = plans.fleet().unknownHosts
    // A host may be known by what only its script request tells: its serial number, its vendor.
    return { kind: 'unknown', policy: plans.needsMoreThanCard() ? 'discover' : policy }
  }

  function record(
    host: string,
    told: {
      readonly action: 'answered' | 'ignored'
      readonly reason: string
      readonly client: string
      readonly file?: string
    },
    message: DhcpMessage,
    port: DhcpPort,
  ): void {
    const relay = message.relayAddress === '0.0.0.0' ? {} : { relay: message.relayAddress }
    const data = { ...told, port: port === 'dhcp' ? 67 : 4011, ...relay }
    book.record(host, { type: 'dhcp.seen', data }).catch((error: unknown) => {
      log.warn({ err: error, host }, 'could not record a DHCP packet')
    })
  }

  /** Whether somebody may ask once more; those we know do not wait for those we do not. */
  function mayAsk(message: DhcpMessage, port: DhcpPort, host: string | undefined): boolean {
    const now = clock.now()
    // Broadcasts in a host's name, which anybody can send, leave it what it asks of this machine alone.
    if (!perClient.take(`${port} ${message.hardwareAddress.join(':')}`, now)) return false
    return host === undefined ? strangers.take('', now) : perHost.take(host, now)
  }

  /** Also where the operating system of a host asks for its address, which says no more than its card. */
  function hostOf(client: NetbootClient | undefined, message: DhcpMessage): string | undefined {
    const mac = client?.mac ?? cardOf(message)
    const uuid = client?.uuid
    return mac && findHost({ mac, ...(uuid ? { uuid } : {}) }, { book, plans })?.host.name
  }

  return {
    consider(message, port, ours) {
      if (message.op !== 'request') return undefined
      const type = messageType(message)
      const client = readNetbootClient(message)
      if (!type || (!client && !leases)) return undefined
      const [server] = readAddresses(message.options.get(OPTION.serverIdentifier) ?? new Uint8Array())
      const isForUs = server !== undefined && ours.includes(server)
      // On port 67 a proxy only makes offers; what follows is between the client and the site's DHCP server.
      const isLeaseTalk = port === 'dhcp' && leases !== undefined
      if (port === 'dhcp' && !leases && type !== 'discover') return undefined
      if (port === 'pxe' && server !== undefined && !isForUs) return undefined
      const host = hostOf(client, message)
      if (!mayAsk(message, port, host)) return undefined
      const target =
        client && type !== 'release' && type !== 'decline' ? decide(message, client, port) : undefined
      if (isLeaseTalk)
        return answerLease({
          ...{ message, type, client, target, leases, isForUs, base },
          isHost: host !== undefined,
        })
      if (!client || !target || target.kind === 'nothing') return undefined
      return (address) => bootReply(message, client, target, { address, base: base(address) })
    },
  }
}

function describeClient({ kind, architecture, architectureCodes, ipxe }: NetbootClient): string {
  const what = architecture?.name ?? `architecture ${architectureCodes.join(', ') || 'not told'}`
  if (kind === 'ipxe') return `iPXE${ipxe?.version ? ` ${ipxe.version}` : ''} on ${what}`
  return kind === 'http' ? `firmware, ${what}` : `firmware, ${what} (PXE)`
}
