import { join } from 'node:path'
import { readDashboard } from '../adapters/dashboard-files/read-dashboard.ts'
import { createTextFiles } from '../adapters/files-node/text-files.ts'
import { readFirmwareFiles } from '../adapters/firmware-files/firmware-files.ts'
import { createCryptoHasher } from '../adapters/hasher-crypto/crypto-hasher.ts'
import { openHostLogDirectory } from '../adapters/host-logs-disk/host-log-directory.ts'
import { linkBytesPerSecond } from '../adapters/host-network/link-speed.ts'
import { createIsoFolders } from '../adapters/iso-folders/iso-folders.ts'
import { createIsoReceiver, removePartialIsos } from '../adapters/iso-folders/iso-receiver.ts'
import { createLoopGauge } from '../adapters/loop-node/loop-gauge.ts'
import { createMetrics } from '../adapters/metrics-prometheus/metrics.ts'
import { accountToRunAs, dropRoot } from '../adapters/privileges/drop-root.ts'
import { createUdpWaker } from '../adapters/wake-udp/udp-waker.ts'
import { ipv4AddressOf } from '../domain/netboot/ipv4.ts'
import type { NetbootSettings } from '../domain/netboot/netboot-settings.ts'
import { describePacing, type Pacing } from '../domain/pacing/pacing.ts'
import { LOCAL_UI_PORT } from '../domain/ready-probe.ts'
import type { FirmwareCatalogue } from '../ports/firmware-catalogue.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { SyslogServer } from '../servers/syslog/syslog-server.ts'
import { createAccess } from '../services/access.ts'
import { netbootAutoexecFor } from '../services/boot-texts.ts'
import type { ControlParts } from '../services/control/control-parts.ts'
import { adoptMachine } from '../services/control/fleet-desk.ts'
import { type Discovery, openDiscovery } from '../services/discovery.ts'
import type { HostBook } from '../services/host-book.ts'
import { openHostLogs } from '../services/host-logs.ts'
import { logEvents } from '../services/log-events.ts'
import { createBootFiles } from '../services/netboot/boot-files.ts'
import { describeFirmware } from '../services/netboot/describe-firmware.ts'
import { createNetbootNews } from '../services/netboot/netboot-news.ts'
import { observeBootFiles } from '../services/netboot/observe-boot-files.ts'
import { followPolicy, type Strangers } from '../services/strangers.ts'
import { openThroughput } from '../services/throughput.ts'
import { type BootTlsOptions, openBootTls } from './boot-tls.ts'
import { prepareExamination } from './doctor/examine-server.ts'
import { ipxeDirectories, isoFolders, uploadFolder, webDirectory } from './environment.ts'
import { boundOldSpace } from './favour-memory.ts'
import { type Netboot, openNetboot } from './netboot.ts'
import { netbootAbilities } from './netboot-abilities.ts'
import { announceLocally, type ControlListenerOptions, certificateFor, openControl } from './open-control.ts'
import { openSite, type Site } from './open-site.ts'
import { openSyslog } from './open-syslog.ts'
import { openRegistration, type PaletteOptions } from './palette.ts'
import { readVersion } from './version.ts'
import type { VsphereFlags } from './vsphere-flags.ts'
import { openWorkplace, type Workplace } from './workplace.ts'

export interface ServeFleetOptions extends ControlListenerOptions {
  readonly dataDirectory: string
  readonly bootHost?: string
  readonly bootPort?: number
  readonly advertise?: string
  readonly pacing?: Pacing | undefined
  /** HTTPS for hosts, beside plain HTTP. */
  readonly bootTls?: BootTlsOptions | undefined
  /** What hosts do that cannot boot as they are to: they keep this from starting, or wait. */
  readonly unbootable?: 'refuse' | 'wait' | undefined
  readonly ipxeDirectory?: string
  readonly palette?: PaletteOptions
  readonly vsphere?: VsphereFlags
  readonly netboot: NetbootSettings
  /** Account to go on as once all ports are open, where root started it. */
  readonly runAs?: string | undefined
  /** UDP port on which syslog and netconsole are received; absent: they are not. */
  readonly syslogPort?: number
  readonly logLevel: string
}

export interface ServeFleetObserver {
  note(text: string): void
  serving(about: {
    readonly boot: string
    readonly bootScriptUrl: string
    /** `ADDRESS:PORT` of the HTTPS listener for hosts. */
    readonly bootTls?: string
    readonly control: string
    readonly isLoopbackOnly: boolean
    /** `ADDRESS:PORT` on which syslog is received. */
    readonly syslog?: string
    /** Shown once: nobody had a token before. */
    readonly firstToken?: string
  }): void
}

/** A broken driver is asked again after half a minute, then ever more seldom, up to ten minutes. Milliseconds. */
const PAUSE_MS = { first: 30_000, longest: 600_000 }
/** Of the hosts of a fleet some register and some do not; each says so in its own user-data. */
const SERVED_HOSTS = { managementMode: 'central', finish: 'none', localUiPort: LOCAL_UI_PORT } as const

/**
 * Boot server, control API and the loops over all hosts of the fleet in the data directory, until the signal aborts.
 * Machines are left as they are then. Failure `data-dir.locked`, `port.in-use`, `certificate.invalid`, `tls.impossible`.
 */
export async function serveFleet(
  options: ServeFleetOptions,
  observer: ServeFleetObserver,
  signal: AbortSignal,
): Promise<void> {
  const registration = await openRegistration(options, { kind: 'auto' }, SERVED_HOSTS)
  await using place = await openWorkplace({ ...options, purpose: 'serve' })
  const { store, clock, random, log } = place
  const examination = await prepareExamination(options, place)
  const account = await accountToRunAs(options.runAs, options.dataDirectory)
  // Hypervisors are asked meanwhile; but not as root, who may more than the account that goes on.
  const describe = () => Promise.all(place.drivers.kinds.map((kind) => describeDriver(kind, place, signal)))
  const early = account ? undefined : describe()
  // Whoever waits for it is told; nobody does when something else fails before.
  early?.catch(() => undefined)
  const hasher = createCryptoHasher()
  const metrics = createMetrics()
  const discovery = await openDiscovery({ store, hasher, clock, log })
  using palette = registration.open(place)
  let isSyslogOpen = false
  const catalogue = await readFirmwareFiles({ directories: ipxeDirectories(options.ipxeDirectory), log })
  const bootFilesFor = (book: HostBook) =>
    createBootFiles({
      catalogue,
      book,
      autoexec: (client) => {
        const base = client.base ?? site.base(client.localAddress)
        const syslog = isSyslogOpen ? ipv4AddressOf(base) : undefined
        return netbootAutoexecFor(base, syslog === undefined ? {} : { syslog })
      },
    })
  const news = createNetbootNews(clock)
  const bootTls = options.bootTls && (await openBootTls({ ...options, ...options.bootTls }, place))
  const abilities = await netbootAbilities(ipxeDirectories(options.ipxeDirectory), bootTls)
  using throughput = openThroughput({ clock, loop: createLoopGauge() })
  await using site = await openSite(
    place,
    {
      bootHost: options.bootHost,
      bootPort: options.bootPort,
      advertise: options.advertise,
      pacing: options.pacing,
      ...{ bootTls, netboot: abilities, unbootable: options.unbootable },
      drives: () => true,
      retry: false,
      palette: palette.check && {
        check: palette.check,
        where: palette.where,
        warn: (host, warning) => log.warn({ host, warning }, 'something stands in the way of a registration'),
      },
      pauseMs: (attempt) => Math.min(PAUSE_MS.longest, PAUSE_MS.first * 2 ** Math.min(attempt - 1, 10)),
      bootFiles: ({ book }) => {
        const files = bootFilesFor(book)
        return {
          bootFiles: files,
          bootFileObserver: observeBootFiles({ service: 'http', book, files, news, clock, log }),
        }
      },
      meter: throughput,
      strangers: (parts) => strangersOf(parts, { metrics, discovery, clock, signal, log }),
      takesSyslog: () => isSyslogOpen,
    },
    signal,
  )
  const { book } = site
  await using netboot = await openNetboot(
    options.netboot,
    { ...site, catalogue, bootFiles: bootFilesFor(book), news },
    place,
  )
  tellOf(netboot, catalogue, observer)
  if (options.pacing) observer.note(describePacing(options.pacing))
  await using hostLogs = openHostLogDirectory({ directory: join(options.dataDirectory, 'logs'), log })
  using logs = openHostLogs({ book, store: hostLogs, clock, log })
  await using syslog = await openSyslogFor(options, { logs, clock, log }, observer)
  isSyslogOpen = syslog !== undefined
  using _metrics = disposable(book.subscribe((event, { life }) => metrics.observe(event, life)))
  using _log = disposable(logEvents({ book, log }))
  const access = createAccess({ store, audit: store, hasher, random, clock, log })
  await removePartialIsos(uploadFolder(options.dataDirectory))
  const parts: ControlParts = {
    ...site,
    ...{ discovery, store, access, metrics, hasher, clock, log, signal },
    version: readVersion(),
    throughput,
    pacing: options.pacing,
    linkSpeed: () => linkBytesPerSecond(hostOf(site.bootScriptUrl())),
    drivers: place.drivers,
    hostLogs,
    files: createTextFiles(),
    isos: createIsoFolders(isoFolders(options.dataDirectory)),
    isoReceiver: createIsoReceiver(uploadFolder(options.dataDirectory)),
    waker: createUdpWaker(),
    netboot,
    examine: (inside) => examination({ site, netboot }, inside),
  }
  const tls = await certificateFor(options, place)
  const dashboard = await readDashboard(webDirectory())
  if (!dashboard) observer.note('the dashboard is not built, so there are no pages: npm run build:web')
  await using control = await openControl({ ...parts, dashboard }, options, place, tls)
  if (account) {
    dropRoot(account, options.dataDirectory)
    observer.note(`goes on as ${account.name}`)
  }
  // It is shown once, so nothing that can fail for good may come between that and this.
  const first = await access.createFirstToken('serve')
  await using _local = await announceLocally(access, control, options.dataDirectory, tls)
  for (const description of await (early ?? describe())) observer.note(description)
  boundOldSpace()
  observer.serving({
    boot: site.listening,
    bootScriptUrl: site.bootScriptUrl(),
    ...(site.listeningTls === undefined ? {} : { bootTls: site.listeningTls }),
    control: control.url,
    isLoopbackOnly: control.isLoopbackOnly,
    ...(syslog ? { syslog: `${syslog.address}:${syslog.port}` } : {}),
    ...(first ? { firstToken: first.text } : {}),
  })
  // Seconds of work for a large fleet, and nobody who boots needs it.
  void site.keeper.review()
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** Machines that are no host: by the policy of the fleet, counted. */
function strangersOf(
  { book, plans, keeper }: Pick<Site, 'book' | 'plans' | 'keeper'>,
  { metrics, ...rest }: StrangerParts & { readonly metrics: Metrics },
): Strangers {
  const { discovery, clock, signal, log } = rest
  const adopt: Parameters<typeof followPolicy>[0]['adopt'] = async (facts, profile) => {
    const name = `${profile}-${(facts.mac ?? '').replaceAll(/[:-]/g, '').toLowerCase()}`
    await adoptMachine({ book, plans, keeper, clock, signal }, facts, { name, profile, by: 'policy' })
    return name
  }
  const policy = () => plans.fleet().unknownHosts
  return countAnswers(metrics, followPolicy({ policy, discovery, adopt, clock, log }))
}

interface StrangerParts extends Pick<Workplace, 'clock' | 'log'> {
  readonly discovery: Discovery
  readonly signal: AbortSignal
}

/** What firmware is answered by, and with what; what of it does not work. */
function tellOf(netboot: Netboot, catalogue: FirmwareCatalogue, { note }: ServeFleetObserver): void {
  const { offered, problems } = describeFirmware(catalogue)
  const told = netboot.services.length > 0 ? [...netboot.services, ...offered, ...problems] : []
  for (const about of [...told, ...netboot.troubles]) note(about)
}

/** It listens where the boot server does, by the address that hosts are told. */
async function openSyslogFor(
  { bootHost, syslogPort }: ServeFleetOptions,
  parts: Parameters<typeof openSyslog>[1],
  { note }: ServeFleetObserver,
): Promise<SyslogServer | undefined> {
  if (syslogPort === undefined) return undefined
  return await openSyslog({ host: bootHost ?? '0.0.0.0', port: syslogPort }, parts, note)
}

/** A hypervisor that cannot be reached at the moment keeps nobody from serving. */
async function describeDriver(kind: string, { drivers }: Workplace, signal: AbortSignal): Promise<string> {
  try {
    return await drivers.of(kind).describe(signal)
  } catch (error) {
    signal.throwIfAborted()
    return `driver ${kind}: ${(error as Error).message}`
  }
}

/** What machines are told that are no hosts, and so have no events, is counted as well. */
function countAnswers(metrics: Metrics, strangers: Strangers): Strangers {
  return {
    answer: async (...question) => {
      const answer = await strangers.answer(...question)
      metrics.answered(answer.action)
      return answer
    },
  }
}

/** The address in a URL; IPv6 without its brackets. */
function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, '')
}

function disposable(end: () => void): Disposable {
  return { [Symbol.dispose]: end }
}
