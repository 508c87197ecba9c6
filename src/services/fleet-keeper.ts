import { decodeUserData } from '../codec/user-data/user-data.ts'
import type { DesiredFleet, DesiredHost } from '../domain/desired-fleet.ts'
import { Failure } from '../domain/failure.ts'
import type { Life } from '../domain/life.ts'
import { LOCAL_UI_PORT } from '../domain/ready-probe.ts'
import type { UserDataSummary } from '../domain/user-data.ts'
import type { FleetPlan } from '../ports/control/fleet-desk.ts'
import type { FleetStore } from '../ports/fleet-store.ts'
import type { Log } from '../ports/log.ts'
import type { UserDataReader } from '../ports/user-data-reader.ts'
import { type CheckedFleet, checkFleet, type FleetAbilities, lookAtFleet } from './check-fleet.ts'
import { type EnrolDependencies, enrolHosts, requireSameMachine } from './enrol-hosts.ts'
import { EMPTY_FLEET, type FleetPlans } from './fleet-plans.ts'
import type { InstallerShelf } from './installer-shelf.ts'
import { planFleet } from './plan-fleet.ts'

const MAX_LOGGED_PROBLEMS = 20
/** Looked through in one go; a few milliseconds each. */
const HOSTS_AT_A_TIME = 50

export interface ApplyFleetOptions {
  readonly prune: boolean
  readonly ifVersion?: string | undefined
}

/** Keeps the wish for the fleet, in the store and in force. */
export interface FleetKeeper {
  /** Version of the wish in force, `0` before the first. */
  version(): string
  /** What applying would change; nothing is done. Failure `fleet.invalid`. */
  plan(next: DesiredFleet, options: { readonly prune: boolean }, signal: AbortSignal): Promise<FleetPlan>
  /**
   * Makes it so, safe to repeat. Failure `fleet.invalid` with nothing changed; `fleet.changed` when `ifVersion` is not
   * in force; `machine.exists-differently`.
   */
  apply(next: DesiredFleet, options: ApplyFleetOptions, signal: AbortSignal): Promise<FleetPlan>
  /** Takes a host out of the wish; nothing is done to the host itself. */
  forget(host: string): Promise<void>
  /** Takes an installer out of the wish; its file stays. Failure `installer.not-found`, `installer.in-use`. */
  forgetInstaller(name: string): Promise<void>
  /** What the program has to know of a host's user-data. */
  userData(host: string): UserDataSummary
  /**
   * Looks through the fleet that was read back, once, and logs what of it cannot be carried out as it is. Nothing waits for
   * it: documents that nobody has looked into are looked into when somebody asks.
   */
  review(): Promise<void>
}

export interface FleetKeeperDependencies extends EnrolDependencies {
  readonly store: FleetStore
  readonly shelf: InstallerShelf
  readonly plans: FleetPlans
  readonly abilities: FleetAbilities
  readonly reader: UserDataReader
  /** Takes a host out of everything: its loop, its machine, the book. */
  readonly remove: (host: string, signal: AbortSignal) => Promise<void>
  /** Told after every change. */
  readonly applied: (fleet: DesiredFleet) => void
  readonly log: Log
}

/** Reads the wish back and puts it in force as far as its ISOs are there. Failure `store.failed`. */
export async function openFleetKeeper(
  dependencies: FleetKeeperDependencies,
  signal: AbortSignal,
): Promise<FleetKeeper> {
  const { store, shelf, plans, book, abilities, applied, reader, clock, log } = dependencies
  const stored = await store.fleet()
  let version = stored?.version ?? 0
  let fleet = stored?.fleet ?? EMPTY_FLEET
  let summaries = new Map<string, UserDataSummary>()
  let turn: Promise<unknown> = Promise.resolve()
  let reviewing: Promise<void> | undefined
  /** Leaves the processor to those who serve. */
  const unhurried: UserDataReader = {
    read: (texts, inside) => reader.read(texts, inside, { isUrgent: false }),
  }

  for (const installer of fleet.installers) {
    await shelf.put(installer, signal).catch((error: unknown) => {
      signal.throwIfAborted()
      log.error({ err: error, installer: installer.name }, 'an installer cannot be served')
    })
  }
  // A process that was killed in the middle of an apply had stored the wish, but perhaps not enrolled every host.
  if (fleet.hosts.some(({ name }) => !book.state(name))) {
    summaries = new Map(await summariesOf(fleet, reader))
    await enrolMissing(fleet, portOf(summaries), signal)
  }
  putInForce(fleet, summaries)

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = turn.then(work)
    turn = result.catch(() => undefined)
    return result
  }

  function putInForce(next: DesiredFleet, userData: Map<string, UserDataSummary>): void {
    fleet = next
    summaries = userData
    plans.set(next)
    applied(next)
  }

  /**
   * Of a fleet that was checked before it was stored; an ISO, a driver or a key that is missing now is no reason to forget
   * the rest.
   */
  async function summariesOf(known: DesiredFleet, by: UserDataReader): Promise<CheckedFleet['userData']> {
    const hosts = known.hosts.filter(({ installer }) => shelf.get(installer))
    const { userData, problems } = await lookAtFleet({ ...known, hosts }, shelf, abilities, {
      reader: by,
      signal,
      breathe: breather(signal),
    })
    for (const problem of problems.slice(0, MAX_LOGGED_PROBLEMS))
      log.error({ problem }, 'the fleet cannot be carried out as it is')
    return userData
  }

  async function review(): Promise<void> {
    try {
      const found = await summariesOf(fleet, unhurried)
      // What was found meanwhile is of a later fleet.
      summaries = new Map([...found, ...summaries])
    } catch (error) {
      if (!signal.aborted) log.error({ err: error }, 'the fleet could not be looked through')
    }
  }

  /** Looked into now where nobody has yet. */
  function summaryOf(host: string): UserDataSummary {
    const wish = plans.wish(host)
    const summary = summaries.get(host) ?? (wish && decodeUserData(wish.userData).summary)
    if (!summary) return { managementMode: 'central', finish: 'none', localUiPort: LOCAL_UI_PORT }
    summaries.set(host, summary)
    return summary
  }

  function portOf(userData: CheckedFleet['userData']) {
    return (host: string): number => userData.get(host)?.localUiPort ?? LOCAL_UI_PORT
  }

  /** Thousands of hosts take seconds, and firmware that asks meanwhile is not to wait for them. */
  function breather(inside: AbortSignal): () => Promise<void> {
    let hosts = 0
    return async () => {
      hosts += 1
      if (hosts % HOSTS_AT_A_TIME === 0) await clock.sleep(0, inside)
    }
  }

  async function enrolMissing(
    { hosts }: DesiredFleet,
    localUiPort: (host: string) => number,
    inside: AbortSignal,
  ): Promise<void> {
    const missing = hosts.filter(({ name }) => !book.state(name))
    for (let at = 0; at < missing.length; at += HOSTS_AT_A_TIME) {
      await enrolHosts(missing.slice(at, at + HOSTS_AT_A_TIME), localUiPort, dependencies)
      await clock.sleep(0, inside)
    }
  }

  async function prepare(next: DesiredFleet, prune: boolean, signal: AbortSignal) {
    // It would all be read twice.
    await reviewing
    for (const installer of next.installers) await shelf.put(installer, signal)
    const wanted = new Set(next.hosts.map(({ name }) => name))
    const checked = await checkFleet(next, shelf, abilities, {
      reader,
      signal,
      remembered: (host) =>
        plans.wish(host.name)?.userData === host.userData ? summaries.get(host.name) : undefined,
      kept: prune ? [] : fleet.hosts.filter(({ name }) => !wanted.has(name)),
      breathe: breather(signal),
    })
    const localUiPort = portOf(checked.userData)
    const difference = planFleet(fleet, next, (name) => book.state(name), { prune, localUiPort })
    return { checked, localUiPort, difference }
  }

  /** A host in the middle of its installation must not get the rest from another ISO. */
  function requireSameInstaller(host: DesiredHost, life: Life): void {
    const served = shelf.get(host.installer)?.served
    const isOnItsWay = ['script', 'kernel', 'initrd', 'rootfs', 'config', 'installing'].includes(life.phase)
    if (!isOnItsWay || !life.installer || life.installer === served?.key) return
    throw new Failure(
      'host.wrong-state',
      `host ${host.name} is being installed from another ISO than ${shelf.get(host.installer)?.isoPath}; let it ` +
        `finish, or begin it anew with edgeboot host delete ${host.name}`,
    )
  }

  async function applyNow(
    next: DesiredFleet,
    { prune, ifVersion }: ApplyFleetOptions,
    signal: AbortSignal,
  ): Promise<FleetPlan> {
    if (ifVersion !== undefined && ifVersion !== String(version)) {
      throw new Failure(
        'fleet.changed',
        `the fleet is at version ${version}, not ${ifVersion} any more; plan again`,
      )
    }
    const { checked, localUiPort, difference } = await prepare(next, prune, signal)
    for (const host of next.hosts) {
      const state = book.state(host.name)
      if (!state) continue
      requireSameMachine(state.host, host, localUiPort(host.name))
      requireSameInstaller(host, state.life)
    }
    const wanted = new Set(next.hosts.map(({ name }) => name))
    const orphans = fleet.hosts.filter(({ name }) => !wanted.has(name))
    // What is kept although nobody asks for it any more stays in force: its disk boots, its machine is ours.
    const kept = prune ? next : withKept(next, fleet)
    if (difference.changes.some(({ kind }) => kind !== 'keep')) version = await store.saveFleet(kept, version)
    await enrolMissing(next, localUiPort, signal)
    putInForce(kept, new Map([...summaries, ...checked.userData]))
    if (prune) for (const { name } of orphans) await dependencies.remove(name, signal)
    return { version: String(version), warnings: checked.warnings, ...difference }
  }

  return {
    version: () => String(version),
    userData: summaryOf,
    review: () => {
      reviewing ??= review()
      return reviewing
    },
    plan: async (next, { prune }, signal) => {
      const { checked, difference } = await prepare(next, prune, signal)
      return { version: String(version), warnings: checked.warnings, ...difference }
    },
    apply: (next, options, signal) => inTurn(() => applyNow(next, options, signal)),
    forget: (name) =>
      inTurn(async () => {
        if (!fleet.hosts.some((host) => host.name === name)) return
        const next = { ...fleet, hosts: fleet.hosts.filter((host) => host.name !== name) }
        version = await store.saveFleet(next, version)
        putInForce(next, summaries)
      }),
    forgetInstaller: (name) =>
      inTurn(async () => {
        const installers = fleet.installers.filter((installer) => installer.name !== name)
        if (installers.length === fleet.installers.length) {
          throw new Failure('installer.not-found', `there is no installer ${name.slice(0, 80)}`)
        }
        const user = fleet.hosts.find(({ installer }) => installer === name)
        if (user) {
          throw new Failure(
            'installer.in-use',
            `installer ${name} is that of host ${user.name}, and maybe others`,
          )
        }
        const next = { ...fleet, installers }
        version = await store.saveFleet(next, version)
        putInForce(next, summaries)
      }),
  }
}

function withKept(next: DesiredFleet, before: DesiredFleet): DesiredFleet {
  const both = <T extends { readonly name: string }>(has: readonly T[], had: readonly T[]): readonly T[] => {
    const names = new Set(has.map(({ name }) => name))
    return [...has, ...had.filter(({ name }) => !names.has(name))]
  }
  return {
    ...next,
    installers: both(next.installers, before.installers),
    profiles: both(next.profiles, before.profiles),
    hosts: both(next.hosts, before.hosts),
  }
}
