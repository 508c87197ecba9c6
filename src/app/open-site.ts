import { createDiskBlobs } from '../adapters/blobs-disk/disk-blobs.ts'
import type { DesiredFleet, DesiredHost } from '../domain/desired-fleet.ts'
import type { HostEvent } from '../domain/event.ts'
import { isFailure } from '../domain/failure.ts'
import type { Host } from '../domain/host.ts'
import { canBeRetried, isInstalling } from '../domain/life.ts'
import type { Pacing } from '../domain/pacing/pacing.ts'
import { isBefore } from '../domain/phase.ts'
import type { BootFileObserver, BootFiles } from '../ports/boot-files.ts'
import type { Clock } from '../ports/clock.ts'
import type { MachineDrivers } from '../ports/machine-driver.ts'
import { createPace } from '../servers/http-boot/transfers/pace.ts'
import { createRounds } from '../servers/http-boot/transfers/rounds.ts'
import { type Admission, createAdmission } from '../services/admission.ts'
import { type ClassicOffer, createBootDesk } from '../services/boot-desk.ts'
import type { BootPlan } from '../services/boot-plan.ts'
import type { FleetAbilities } from '../services/check-fleet.ts'
import { type NetbootAbilities, requireBootable } from '../services/check-netboot.ts'
import { endLostTransfers } from '../services/end-lost-transfers.ts'
import { type FleetKeeper, openFleetKeeper } from '../services/fleet-keeper.ts'
import { createFleetPlans, type FleetPlans } from '../services/fleet-plans.ts'
import { createFleetRunner, type FleetRunner } from '../services/fleet-runner.ts'
import { type HostBook, type HostState, openHostBook } from '../services/host-book.ts'
import { createInstallerShelf, type InstallerShelf } from '../services/installer-shelf.ts'
import { createServedTexts, type ServedTexts } from '../services/served-texts.ts'
import { type Strangers, turnAway } from '../services/strangers.ts'
import type { TransferMeter } from '../services/throughput.ts'
import { baseUrl, bootAddress } from './base-url.ts'
import type { OpenBootTls } from './boot-tls.ts'
import { createBringUp, type SitePalette } from './bring-up-host.ts'
import { listenForBoots } from './listen-for-boots.ts'
import { type BootingHost, serverAddress } from './server-address.ts'
import type { Workplace } from './workplace.ts'

export interface SiteOptions {
  /** Address listened on; by default loopback where every machine reaches it there, else all addresses. */
  readonly bootHost?: string | undefined
  /** 0: any free port; it is remembered for the next run in the same data directory. */
  readonly bootPort?: number | undefined
  /** The address hosts shall use. */
  readonly advertise?: string | undefined
  /** How fast hosts are sent their files, over HTTP and HTTPS together; absent: as fast as they take them. */
  readonly pacing?: Pacing | undefined
  /** An HTTPS listener beside the plain one. */
  readonly bootTls?: OpenBootTls | undefined
  /** What there is for hosts that boot over HTTPS or with Secure Boot. */
  readonly netboot?: NetbootAbilities | undefined
  /** Hosts that cannot boot as they are to keep a server from starting, unless they may wait. */
  readonly unbootable?: 'refuse' | 'wait' | undefined
  /** Only these are driven; the others get their answers when they ask. */
  readonly drives: (host: Host) => boolean
  /** Hosts that failed before their installation began are tried again at the start. */
  readonly retry: boolean
  /** Milliseconds until a host whose driver gave up is tried again; `undefined`: not in this run. */
  readonly pauseMs: (attempt: number) => number | undefined
  /** For the readiness probe `palette`. */
  readonly palette?: SitePalette | undefined
  /** What everybody may have by the classic names, once its ISO is on the shelf. */
  readonly classic?: (shelf: InstallerShelf) => ClassicOffer | undefined
  /** Firmware images and the script beside them. */
  readonly bootFiles?: (parts: Pick<Site, 'book'>) => {
    readonly bootFiles: BootFiles
    readonly bootFileObserver: BootFileObserver
  }
  /** Deals with machines that are no host; by default they are turned away. */
  readonly strangers?: (parts: Pick<Site, 'book' | 'plans' | 'keeper'>) => Strangers
  /** Counts what is sent. */
  readonly meter?: TransferMeter
  /** Whether hosts shall send here what their firmware shows; by default not. */
  readonly takesSyslog?: () => boolean
}

/** Everything that brings a fleet up from one data directory: book, ISOs, boot server, and a loop for each host. */
export interface Site extends AsyncDisposable {
  readonly book: HostBook
  readonly plans: FleetPlans
  readonly shelf: InstallerShelf
  readonly keeper: FleetKeeper
  readonly runner: FleetRunner
  readonly served: ServedTexts
  /** `ADDRESS:PORT` listened on. */
  readonly listening: string
  /** `http://HOST:PORT` of the boot server for those who reach us by that address. */
  base(address: string): string
  /** The same for HTTPS, where it is spoken. */
  readonly listeningTls?: string
  /** Where that host finds its script; without one, any. Failure `address.unknown`. */
  bootScriptUrl(host?: BootingHost): string
}

/** What the store does not take within this is given up when the site ends. */
const SETTLE_MS = 5000

/** Lets the store take what was asked for. */
async function settle(book: HostBook, clock: Clock): Promise<void> {
  const end = new AbortController()
  const tooLong = clock.sleep(SETTLE_MS, end.signal).catch(() => undefined)
  await Promise.race([book.settled(), tooLong])
  end.abort()
}

/** Failure `port.in-use`, `store.failed`, `tls.impossible`. Serves at once; hosts are driven as soon as the fleet says so. */
export async function openSite(place: Workplace, options: SiteOptions, signal: AbortSignal): Promise<Site> {
  const { store, drivers, digester, reader, clock, random, log } = place
  await using parts = new AsyncDisposableStack()
  const book = await openHostBook(place)
  parts.defer(() => settle(book, clock))
  const shelf = parts.use(createInstallerShelf({ blobs: createDiskBlobs(), digester, digests: store, log }))
  const plans = createFleetPlans(shelf, log)
  /** The loops need all the parts: hosts found on their way are taken up when these are there. */
  let isOpen = false
  /** A host that fails in this run has had its other try. */
  const begun = new Set<string>()
  const admission = createAdmission(limitsOf(plans.fleet()), (group) => failuresOf(group))
  // A group held back by its failures may go on when one of them gets another try.
  parts.defer(book.subscribe(({ type }) => isAnotherTry(type) && admission.look()))
  const runner = parts.use(
    createFleetRunner({
      book,
      provision: (host, inside) => {
        begun.add(host.name)
        return bringUp(host, inside)
      },
      isWanted: (state) => isWanted(state),
      pauseMs: options.pauseMs,
      clock,
      log,
    }),
  )
  const keeper = await openFleetKeeper(
    {
      store,
      shelf,
      plans,
      book,
      reader,
      clock,
      random,
      log,
      abilities: { ...abilitiesOf(drivers), netboot: options.netboot, palette: options.palette?.where },
      remove: async (name, inside) => {
        await runner.stop(name)
        const known = book.state(name)?.host
        if (known?.spec) await drivers.of(known.driver).delete(name, inside)
        await book.remove(name)
      },
      applied: (fleet) => {
        admission.setLimits(limitsOf(fleet))
        occupyPlaces()
        runner.look()
      },
    },
    signal,
  )
  // Before anybody is driven: hosts that cannot boot as they are to would only be found out one by one.
  if (options.netboot && options.unbootable !== 'wait') {
    requireBootable(plans.fleet().hosts.filter(isToBeInstalled), shelf, options.netboot)
  }
  const { classic } = options
  const strangers = options.strangers?.({ book, plans, keeper }) ?? turnAway(log)
  const { takesSyslog = () => false } = options
  const served = createServedTexts({ book, plans, base: baseOf, takesSyslog })
  const desk = createBootDesk({
    ...{ book, plans, strangers, served, takesSyslog },
    ...(classic ? { classic: () => classic(shelf) } : {}),
    ...(options.meter ? { meter: options.meter } : {}),
    ...options.bootFiles?.({ book }),
    admit: (name) => {
      // Nobody here would give the place of a host back that is not driven here.
      const known = book.state(name)?.host
      return !known || !options.drives(known) || admission.tryEnter(name, plans.wish(name)?.profile)
    },
    notBegun: (name) => {
      // The place of a machine that we switch on is its loop's to give back.
      const known = book.state(name)
      if (known?.host.spec === undefined && !(known && isInstalling(known.life))) admission.leave(name)
    },
    clock,
    log,
  })
  await endLostTransfers(book)
  const host = options.bootHost ?? '0.0.0.0'
  const { bootTls } = options
  const pace = options.pacing && createPace(options.pacing)
  const rounds = createRounds()
  const bootServer = { desk, log, host, rounds, pace, advertise: options.advertise }
  const secure = { tls: bootTls?.certificate, port: bootTls?.port }
  const secureServer =
    bootTls && parts.use(await listenForBoots({ ...bootServer, ...secure }, { store, book }))
  const plain = {
    port: options.bootPort,
    securePort: secureServer?.port,
    authorityPem: bootTls?.certificate.authorityPem,
  }
  const server = parts.use(await listenForBoots({ ...bootServer, ...plain }, { store, book }))
  const bringUp = createBringUp({ place, book, plans, keeper, admission, options, bootScriptUrl })
  const kept = parts.move()
  isOpen = true
  runner.look()
  return {
    book,
    plans,
    shelf,
    keeper,
    runner,
    served,
    listening: `${host}:${server.port}`,
    base: (address) => baseUrl(bootAddress(options, address), server.port),
    ...(secureServer ? { listeningTls: `${host}:${secureServer.port}` } : {}),
    bootScriptUrl,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }

  function isToBeInstalled({ name }: DesiredHost): boolean {
    const known = book.state(name)
    return known === undefined || isBefore(known.life.phase, 'config')
  }

  function failuresOf(group: string): number {
    return plans
      .fleet()
      .hosts.filter(({ name, profile }) => profile === group && book.state(name)?.life.phase === 'failed')
      .length
  }

  /** Hosts that were begun before have their places, before anybody else is let in. */
  function occupyPlaces(): void {
    for (const { host: known, life } of book.states()) {
      if (options.drives(known) && isInstalling(life))
        admission.occupy(known.name, plans.wish(known.name)?.profile)
    }
  }

  /** Hosts nobody switches are followed from when they ask; a loop over each that may never ask would be idle work. */
  function isWanted({ host: known, life }: HostState): boolean {
    if (!isOpen || !options.drives(known) || !plans.has(known.name)) return false
    if (life.phase === 'failed') return options.retry && canBeRetried(life) && !begun.has(known.name)
    if (life.phase !== 'defined') return true
    // Somebody has to say yes first, in days maybe; until then no machine is made, and no time runs.
    const isAllowed = plans.wish(known.name)?.approve !== 'manual' || life.approved
    return known.spec !== undefined && isAllowed
  }

  function bootScriptUrl(host?: BootingHost): string {
    return `${baseUrl(options.advertise ?? addressFor(host), server.port)}/boot.ipxe`
  }

  /** A hypervisor may lead its machines to us by an address of its own; others reach only the one we listen on. */
  function addressFor(host?: BootingHost): string {
    const address = serverAddress(host, drivers)
    return host?.spec ? address : bootAddress(options, address)
  }

  function likelyUrl(known: Host): string {
    try {
      return bootScriptUrl(known)
    } catch (error) {
      if (isFailure(error, 'address.unknown')) return bootScriptUrl()
      throw error
    }
  }

  /** Under which address that host most likely finds us. */
  function baseOf(known: Host, { overHttps }: BootPlan): string {
    const { origin, hostname } = new URL(likelyUrl(known))
    return overHttps && secureServer ? `https://${hostname}:${secureServer.port}` : origin
  }
}

function abilitiesOf({ kinds, of }: MachineDrivers): Pick<FleetAbilities, 'drivers' | 'missesResets'> {
  return { drivers: kinds, missesResets: (driver) => !of(driver).can.seeGuestResets }
}

function isAnotherTry(type: HostEvent['type']): boolean {
  return type === 'host.retried' || type === 'host.reinstall'
}

function limitsOf(fleet: DesiredFleet): Parameters<Admission['setLimits']>[0] {
  return {
    total: fleet.maxParallel,
    groups: new Map(fleet.profiles.map((profile) => [profile.name, profile])),
  }
}
