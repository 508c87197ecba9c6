import { networksOf } from '../adapters/host-network/interface-address.ts'
import { describePortHolder } from '../adapters/host-network/port-holder.ts'
import { loadDatagramCalls } from '../adapters/sockets-linux/datagram-calls.ts'
import { Failure } from '../domain/failure.ts'
import type { Ipv4Network } from '../domain/netboot/ipv4.ts'
import { checkLeases, type NetbootSettings } from '../domain/netboot/netboot-settings.ts'
import type { BootFiles } from '../ports/boot-files.ts'
import type { FirmwareCatalogue } from '../ports/firmware-catalogue.ts'
import type { NetbootWatch } from '../ports/netboot-watch.ts'
import { openDhcpServer } from '../servers/dhcp/dhcp-server.ts'
import { openTftpServer } from '../servers/tftp/tftp-server.ts'
import type { FleetPlans } from '../services/fleet-plans.ts'
import type { HostBook } from '../services/host-book.ts'
import { type LeaseBook, openLeaseBook } from '../services/netboot/lease-book.ts'
import { createNetbootDesk } from '../services/netboot/netboot-desk.ts'
import type { NetbootNewsDesk } from '../services/netboot/netboot-news.ts'
import { observeBootFiles } from '../services/netboot/observe-boot-files.ts'
import type { Workplace } from './workplace.ts'

export interface NetbootParts {
  readonly book: HostBook
  readonly plans: FleetPlans
  readonly catalogue: FirmwareCatalogue
  readonly bootFiles: BootFiles
  readonly news: NetbootNewsDesk
  /** `http://HOST:PORT` of the boot server for those who reach us by that address. */
  readonly base: (address: string) => string
}

/** The services for firmware that listen. Disposing ends them. */
export interface Netboot extends AsyncDisposable {
  /** What listens, in words. */
  readonly services: readonly string[]
  /** What was to listen and cannot, in words that say what to do; the others go on. */
  readonly troubles: readonly string[]
  readonly watch: NetbootWatch
}

/**
 * Opens DHCP and TFTP as far as they are asked for. One that cannot be opened does not keep the others from it. Failure
 * `usage.invalid`, `address.unknown` for settings that can never work here.
 */
export async function openNetboot(
  settings: NetbootSettings,
  parts: NetbootParts,
  { store, clock, log }: Pick<Workplace, 'store' | 'clock' | 'log'>,
): Promise<Netboot> {
  const { news } = parts
  const services: string[] = []
  const troubles: string[] = []
  await using opened = new AsyncDisposableStack()
  const isOff = settings.dhcp === 'off' && settings.tftpPort === undefined
  const networks = isOff ? [] : requireNetworks(settings)
  const leases = settings.dhcp === 'authoritative' ? await openLeases() : undefined
  const addresses = networks.map(({ address }) => address)

  if (settings.dhcp !== 'off') await openDhcp(leases)
  if (settings.tftpPort !== undefined) await openTftp(settings.tftpPort)
  const kept = opened.move()
  return { services, troubles, watch: news, [Symbol.asyncDispose]: () => kept.disposeAsync() }

  async function openLeases(): Promise<LeaseBook> {
    const [network] = networks
    if (!network || networks.length > 1) {
      throw new Failure(
        'usage.invalid',
        `--dhcp authoritative is for one network, and this machine answers on ${addresses.join(', ') || 'none'}: choose it with --dhcp-interface`,
      )
    }
    checkLeases(settings, network)
    const { range, router, dns, leaseSeconds, reservations } = settings
    return await openLeaseBook(
      {
        first: range?.first ?? '0.0.0.1',
        last: range?.last ?? '0.0.0.0',
        network,
        router,
        dns,
        leaseSeconds,
        reservations,
        taken: [network.address, ...(router ? [router] : [])],
      },
      { store, clock, log },
    )
  }

  async function openDhcp(book: LeaseBook | undefined): Promise<void> {
    const desk = createNetbootDesk({
      ...parts,
      installed: settings.installed,
      leases: book,
      clock,
      log,
    })
    for (const port of settings.dhcp === 'pxe-only' ? (['pxe'] as const) : (['dhcp', 'pxe'] as const)) {
      await tryTo(`DHCP (${settings.dhcp})`, async () => {
        const server = opened.use(
          await openDhcpServer({ desk, log, addresses, port, describePortHolder: describeUdp }),
        )
        if (server.sharedWith !== undefined) troubles.push(describeSharing(server.port, server.sharedWith))
        return `${server.port} on ${addresses.join(', ')}`
      })
    }
  }

  async function openTftp(port: number): Promise<void> {
    const observe = observeBootFiles({
      ...({ service: 'tftp', book: parts.book, files: parts.bootFiles } as const),
      ...{ news, clock, log },
    })
    for (const host of addresses) {
      await tryTo('TFTP', async () => {
        const { bootFiles: files } = parts
        const server = opened.use(
          await openTftpServer({
            ...{ files, log, clock, host, port, observe },
            mode: settings.tftpMode,
            datagrams: await loadDatagramCalls(),
            describePortHolder: describeUdp,
          }),
        )
        return `${server.port} on ${server.address}`
      })
    }
  }

  function describeSharing(port: number, holder: string): string {
    return `DHCP (${settings.dhcp}): UDP port ${port} is shared with ${holder}, which does not get any more what is sent to ${addresses.join(', ')} itself, as renewals of leases are. That does no harm where it serves other networks only (--dhcp-interface chooses ours); otherwise let it name this machine (option 60 PXEClient) and use --dhcp pxe-only`
  }

  async function tryTo(what: string, open: () => Promise<string>): Promise<void> {
    try {
      services.push(`${what}: ${await open()}`)
    } catch (error) {
      log.error({ err: error }, `${what} does not listen`)
      troubles.push(`${what} does not listen: ${(error as Error).message}`)
    }
  }
}

function requireNetworks({ interfaces }: NetbootSettings): readonly Ipv4Network[] {
  const networks = networksOf(interfaces)
  for (const name of interfaces) {
    if (networksOf([name]).length === 0)
      throw new Failure('address.unknown', `there is no network interface ${name} with an IPv4 address here`)
  }
  if (networks.length > 0) return networks
  throw new Failure(
    'address.unknown',
    'this machine has no network besides loopback, so no firmware could ask',
  )
}

async function describeUdp(port: number): Promise<string | undefined> {
  return await describePortHolder(port, 'udp')
}
