import type { DesiredHost } from '../domain/desired-fleet.ts'
import { circumstancesOf } from '../domain/diagnosis/circumstances.ts'
import { Failure } from '../domain/failure.ts'
import type { Host } from '../domain/host.ts'
import { isInstalling, type Life } from '../domain/life.ts'
import { type PaletteIdentity, paletteIdentity } from '../domain/palette.ts'
import { isBefore } from '../domain/phase.ts'
import { overdue } from '../domain/phase-limits.ts'
import { parseUuid } from '../domain/uuid.ts'
import type { Admission } from '../services/admission.ts'
import { autoexecFor } from '../services/boot-texts.ts'
import type { FleetKeeper } from '../services/fleet-keeper.ts'
import type { FleetPlans } from '../services/fleet-plans.ts'
import type { HostBook } from '../services/host-book.ts'
import { provisionHost } from '../services/provision-host.ts'
import type { RegistrationCheck } from '../services/registration-check.ts'
import { createUnattendedMachine } from '../services/unattended-machine.ts'
import { bindMachine } from './bind-machine.ts'
import type { BootingHost } from './server-address.ts'
import type { Workplace } from './workplace.ts'

/** The Palette that is asked whether hosts have registered. */
export interface SitePalette {
  readonly check: RegistrationCheck
  readonly where: { readonly endpoint: string; readonly projectUid?: string | undefined }
  /** Told of what stands in the way of a host that is about to be installed. */
  readonly warn?: (host: string, warning: string) => void
}

export interface BringUpParts {
  readonly place: Workplace
  readonly book: HostBook
  readonly plans: FleetPlans
  readonly keeper: FleetKeeper
  readonly admission: Admission
  readonly options: {
    /** Hosts that failed before their installation began are tried again. */
    readonly retry: boolean
    /** Milliseconds until a host whose driver gave up is tried again; `undefined`: not in this run. */
    readonly pauseMs: (attempt: number) => number | undefined
    readonly palette?: SitePalette | undefined
  }
  readonly bootScriptUrl: (host: BootingHost) => string
}

/** Asking Palette before an installation is a courtesy that does not hold it up for longer than this. Milliseconds. */
const REGISTRATION_LIMIT_MS = 30_000
/** Of a machine that only people switch. */
const NO_DRIVER = { can: { typeKeys: false, screenshot: false, seeGuestResets: false, forwardPorts: false } }

/** Brings one host up, from wherever it is: its place, its machine, its media, and then all the way to ready. */
export function createBringUp(parts: BringUpParts): (host: Host, signal: AbortSignal) => Promise<Life> {
  const { place, book, plans, keeper, admission, options, bootScriptUrl } = parts
  const { drivers, clock } = place

  return provision

  async function provision(known: Host, inside: AbortSignal) {
    const wish = plans.wish(known.name)
    if (!wish) throw new Failure('host.not-found', `nothing says what ${known.name} is to become`)
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
        limits: {
          phases: wish.timeouts,
          readyWithinMs: wish.readyWithinMs,
          about: circumstancesOf(wish),
        },
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
}
