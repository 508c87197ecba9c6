import { createDiskBlobs } from '../adapters/blobs-disk/disk-blobs.ts'
import type { DesiredFleet, DesiredHost } from '../domain/desired-fleet.ts'
import type { HostEvent } from '../domain/event.ts'
import { Failure, isFailure } from '../domain/failure.ts'
import type { Host } from '../domain/host.ts'
import { canBeRetried, isInstalling, type Life } from '../domain/life.ts'
import { type PaletteIdentity, paletteIdentity } from '../domain/palette.ts'
import { isBefore } from '../domain/phase.ts'
import { overdue } from '../domain/phase-limits.ts'
import { parseUuid } from '../domain/uuid.ts'
import { openBootServer } from '../servers/http-boot/boot-server.ts'
import { type Admission, createAdmission } from '../services/admission.ts'
import { type ClassicOffer, createBootDesk } from '../services/boot-desk.ts'
import { autoexecFor } from '../services/boot-texts.ts'
import { type FleetKeeper, openFleetKeeper } from '../services/fleet-keeper.ts'
import { createFleetPlans, type FleetPlans } from '../services/fleet-plans.ts'
import { createFleetRunner, type FleetRunner } from '../services/fleet-runner.ts'
import { type HostBook, type HostState, openHostBook } from '../services/host-book.ts'
import { createInstallerShelf, type InstallerShelf } from '../services/installer-shelf.ts'
import { provisionHost } from '../services/provision-host.ts'
import type { RegistrationCheck } from '../services/registration-check.ts'
import { type Strangers, turnAway } from '../services/strangers.ts'
import { createUnattendedMachine } from '../services/unattended-machine.ts'
import { baseUrl, DEFAULT_BOOT_PORT } from './base-url.ts'
import { bindMachine } from './bind-machine.ts'
import { type BootingHost, serverAddress } from './server-address.ts'
import type { Workplace } from './workplace.ts'

export interface SiteOptions {
  /** Address listened on; by default loopback where every machine reaches it there, else all addresses. */
  readonly bootHost?: string | undefined
  /** 0: any free port; it is remembered for the next run in the same data directory. */
  readonly bootPort?: number | undefined
  /** The address hosts shall use. */
  readonly advertise?: string | undefined
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
  /** Deals with machines that are no host; by default they are turned away. */
  readonly strangers?: (parts: Pick<Site, 'book' | 'plans' | 'keeper'>) => Strangers
}

/** The Palette that is asked whether hosts have registered. */
export interface SitePalette {
  readonly check: RegistrationCheck
  readonly where: { readonly endpoint: string; readonly projectUid?: string | undefined }
  /** Told of what stands in the way of a host that is about to be installed. */
  readonly warn?: (host: string, warning: string) => void
}

/** Asking Palette before an installation is a courtesy that does not hold it up for longer than this. Milliseconds. */
const REGISTRATION_LIMIT_MS = 30_000

/** Everything that brings a fleet up from one data directory: book, ISOs, boot server, and a loop for each host. */
export interface Site extends AsyncDisposable {
  readonly book: HostBook
  readonly plans: FleetPlans
  readonly shelf: InstallerShelf
  readonly keeper: FleetKeeper
  readonly runner: FleetRunner
  /** `ADDRESS:PORT` listened on. */
  readonly listening: string
  /** Where that host finds its script; without one, any. Failure `address.unknown`. */
  bootScriptUrl(host?: BootingHost): string
}

/** Of a machine that only people switch. */
const NO_DRIVER = { can: { typeKeys: false, screenshot: false, seeGuestResets: false, forwardPorts: false } }
/** The port is inside the media the machines boot from, so the next run must have it again. */
const PORT_SETTING = 'boot-port'

/** Failure `port.in-use`, `store.failed`. Serves at once; hosts are driven as soon as the fleet says so. */
export async function openSite(place: Workplace, options: SiteOptions, signal: AbortSignal): Promise<Site> {
  const { store, drivers, digester, clock, random, log } = place
  await using parts = new AsyncDisposableStack()
  const book = await openHostBook(place)
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
      provision: (host, inside) => provision(host, inside),
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
      clock,
      random,
      log,
      abilities: { drivers: drivers.kinds, palette: options.palette?.where },
      remove: async (name, inside) => {
        await runner.stop(name)
        const known = book.state(name)?.host
        if (known?.spec) await drivers.of(known.driver).delete(name, inside)
        await book.remove(name)
      },
      applied: (fleet) => {
        admission.setLimits(limitsOf(fleet))
        occupyPlaces()
        if (isOpen) runner.look()
      },
    },
    signal,
  )
  const { classic } = options
  const strangers = options.strangers?.({ book, plans, keeper }) ?? turnAway(log)
  const desk = createBootDesk({
    book,
    plans,
    strangers,
    ...(classic ? { classic: () => classic(shelf) } : {}),
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
  const host = options.bootHost ?? '0.0.0.0'
  const server = parts.use(await listen())
  await store.saveSetting(PORT_SETTING, String(server.port))
  const kept = parts.move()
  isOpen = true
  runner.look()
  return {
    book,
    plans,
    shelf,
    keeper,
    runner,
    listening: `${host}:${server.port}`,
    bootScriptUrl,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
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
    if (!options.drives(known) || !plans.of(known.name)) return false
    if (life.phase === 'failed') return options.retry && canBeRetried(life) && !begun.has(known.name)
    if (life.phase !== 'defined') return true
    // Somebody has to say yes first, in days maybe; until then no machine is made, and no time runs.
    const isAllowed = plans.wish(known.name)?.approve !== 'manual' || life.approved
    return known.spec !== undefined && isAllowed
  }

  async function provision(known: Host, inside: AbortSignal) {
    const wish = plans.wish(known.name)
    if (!wish) throw new Failure('host.not-found', `nothing says what ${known.name} is to become`)
    begun.add(known.name)
    try {
      // Machines of hosts that wait for their turn are not made yet: a fleet may be larger than what carries it.
      if (known.spec && book.state(known.name)?.life.phase === 'defined')
        await admission.enter(known.name, wish.profile, inside)
      return await bringUp(known, wish, inside)
    } catch (error) {
      inside.throwIfAborted()
      return await giveUpWhenLate(known.name, wish, error)
    } finally {
      // A machine on its way goes on although its driver does not answer, and counts as long as it is tried again.
      const life = book.state(known.name)?.life
      const goesOn = life && isInstalling(life) && !inside.aborted && options.pauseMs(1) !== undefined
      if (!goesOn) admission.leave(known.name)
    }
  }

  /** A driver that fails for longer than the host may take leaves it failed, with its reason. */
  async function giveUpWhenLate(name: string, { timeouts }: DesiredHost, error: unknown): Promise<Life> {
    const life = book.state(name)?.life
    const now = clock.now()
    const late = life && overdue(life, { phases: timeouts, readyWithinMs: undefined }, now, now)
    if (!life || late === undefined) throw error
    const reason = `${late}; its driver says: ${error instanceof Error ? error.message : String(error)}`
    await book.record(name, { type: 'host.failed', data: { phase: life.phase, reason } })
    return book.state(name)?.life ?? life
  }

  async function bringUp(known: Host, wish: DesiredHost, inside: AbortSignal) {
    const userData = keeper.userData(known.name)
    const { finish, localUiPort } = userData
    const uuid = known.spec?.uuid ?? parseUuid(wish.match.uuid ?? '')
    const identity = { ...paletteIdentity(userData), ...(uuid ? { uuid } : {}) }
    const { host, machine, driver } = await machineOf(known, inside)
    await warnOfDuplicates(host, identity, inside)
    const mediaPath = await findMedia(host, inside)
    return await provisionHost(
      {
        host,
        machine,
        ...(wish.profile ? { group: wish.profile } : {}),
        ...(mediaPath ? { mediaPath } : {}),
        chainUrl: host.spec ? bootScriptUrl(host) : '',
        ready: wish.ready,
        identity,
        localUiPort,
        finish,
        limits: { phases: wish.timeouts, readyWithinMs: wish.readyWithinMs },
        retry: options.retry,
      },
      { ...place, driver, book, admission, registration: options.palette?.check },
      inside,
    )
  }

  /** Finds the machine or makes it. What its hypervisor has given it is noted before anything is switched on. */
  async function machineOf(host: Host, inside: AbortSignal) {
    const { name, spec } = host
    if (!spec) return { host, machine: createUnattendedMachine(name), driver: NO_DRIVER }
    const driver = drivers.of(host.driver)
    const machine = await driver.create(spec, inside)
    return { host: await bindMachine(host, machine.spec, book), machine, driver }
  }

  async function warnOfDuplicates({ name, spec }: Host, identity: PaletteIdentity, inside: AbortSignal) {
    const { check, warn } = options.palette ?? {}
    const life = book.state(name)?.life
    // A machine that people switch on has asked for its script by the time it is followed.
    if (!check || !warn || !life || !isBefore(life.phase, spec ? 'starting' : 'config')) return
    const host = { name, ...(life.uuid ? { uuid: life.uuid } : {}), ...identity }
    try {
      const limit = AbortSignal.any([inside, AbortSignal.timeout(REGISTRATION_LIMIT_MS)])
      for (const warning of (await check.checkBefore(host, limit)).warnings) warn(name, warning)
    } catch {
      inside.throwIfAborted()
      warn(name, 'Palette was not asked whether its id is free: that would have taken too long')
    }
  }

  /** The ISO the machine boots: ours that chains by itself, or stock iPXE at whose prompt is typed. */
  async function findMedia(host: Host, inside: AbortSignal): Promise<string | undefined> {
    const { boot, spec } = host
    if (!spec || boot === 'pxe') return undefined
    const ipxe = await place.media.findIpxe(spec.firmware, inside)
    if (boot === 'typed') return ipxe.isoPath
    const url = bootScriptUrl(host)
    return await place.media.build(ipxe, autoexecFor(url.slice(0, -'/boot.ipxe'.length)), inside)
  }

  function bootScriptUrl(host?: BootingHost): string {
    const address = options.advertise ?? serverAddress(host, drivers)
    return `${baseUrl(address, server.port)}/boot.ipxe`
  }

  async function listen() {
    const saved = Number((await store.setting(PORT_SETTING)) ?? Number.NaN)
    const wanted = options.bootPort === 0 || options.bootPort === undefined ? saved : options.bootPort
    const common = { desk, log, host, advertise: options.advertise }
    if (Number.isNaN(wanted))
      return openBootServer({ ...common, port: options.bootPort ?? DEFAULT_BOOT_PORT })
    try {
      return await openBootServer({ ...common, port: wanted })
    } catch (error) {
      // Another port is only as good while no machine has been told the old one.
      if (!isFailure(error, 'port.in-use') || options.bootPort !== 0 || book.states().some(isOnItsWay))
        throw error
      return openBootServer({ ...common, port: 0 })
    }
  }
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

function isOnItsWay({ life }: HostState): boolean {
  return !['defined', 'ready', 'failed'].includes(life.phase)
}
