import { setTimeout as sleep } from 'node:timers/promises'
import type { Control } from '../../app/control-connection.ts'
import type { Event } from '../../contract/events.ts'
import type { HostView } from '../../contract/hosts.ts'
import { formatDuration } from '../../domain/duration.ts'
import { Failure, isFailure } from '../../domain/failure.ts'
import { printable } from '../../domain/printable.ts'
import type { Follower, HostNotes } from '../output/follower.ts'
import { describeWaiting } from '../output/host-line.ts'
import { type HostFilter, isEverything, isInPhase } from './host-filter.ts'
import { parseKnownEvent } from './known-event.ts'
import { foldView, lifeOf } from './view-life.ts'

/** Hosts as they stand now, by name. */
export type Views = ReadonlyMap<string, HostView>

export interface FollowHostsOptions {
  readonly control: Control
  /** Only these; all hosts otherwise. */
  readonly names?: ReadonlySet<string> | undefined
  /** And of those only these. */
  readonly filter?: HostFilter
  readonly follower: Follower
  readonly signal: AbortSignal
  /** Told every event of these hosts, those of unknown types as well. */
  readonly onEvent?: (event: Event) => void
  /** Asked after every change; following ends when it says so. */
  readonly isDone?: (views: Views) => boolean
  /** Finds the server again after it has restarted, with another token or at another place; nothing while it is away. */
  readonly findAgain?: (() => Promise<Control | undefined>) | undefined
}

/** Events tell what happens; what they do not tell, and hosts that come or go, is asked for that often. */
const SOON_MS = 1000
const AGAIN_MS = 10_000
const AGAIN_WHEN_MANY_MS = 60_000
const MANY_HOSTS = 1000
/** After an event that says less than the server knows. */
const NUDGED_MS = 2000
/** A server that has restarted is given so long to say where it is. */
const FIND_AGAIN = { times: 30, pauseMs: 1000 }

/**
 * Follows hosts across restarts of the server until the signal aborts or `isDone`; resolves to how they stand then.
 * Failure `host.not-found` for a name that is not there at the beginning.
 */
export async function followHosts(options: FollowHostsOptions): Promise<Views> {
  const { names, filter = {}, isDone = () => false } = options
  const views = new Map<string, HostView>()
  const given = { ...options, filter, isDone, server: { control: options.control }, nudge: createNudge() }
  await refresh(given, views)
  if (isEverything(filter)) requireAll(names, views)
  const stop = new AbortController()
  const signal = AbortSignal.any([options.signal, stop.signal])
  try {
    if (!isDone(views)) {
      const following = { ...given, signal }
      await Promise.race([takeEvents(following, views), lookAgain(following, views)])
    }
    return views
  } finally {
    stop.abort()
  }
}

type Following = Omit<FollowHostsOptions, 'control'> & {
  readonly isDone: (views: Views) => boolean
  readonly filter: HostFilter
  readonly server: { control: Control }
  readonly nudge: Nudge
}

function requireAll(names: FollowHostsOptions['names'], views: Views): void {
  const missing = [...(names ?? [])].filter((name) => !views.has(name))
  if (missing.length === 0) return
  const list = missing.slice(0, 10).join(', ')
  throw new Failure(
    'host.not-found',
    `the server has no host ${list}${missing.length > 10 ? ' …' : ''}; edgeboot host list shows all`,
  )
}

async function takeEvents(options: Following, views: Map<string, HostView>): Promise<void> {
  const { names, signal, server, isDone } = options
  const [only] = names?.size === 1 ? names : []
  let after: number | undefined
  while (!signal.aborted) {
    const moved = new AbortController()
    const inside = AbortSignal.any([signal, moved.signal])
    const onLost = (reason: string, retryMs: number): void => {
      options.follower.away(`${printable(reason)}; trying again in ${formatDuration(retryMs)}`)
      void findElsewhere(options).then((isElsewhere) => isElsewhere && moved.abort())
    }
    try {
      for await (const event of server.control.follow({ host: only, after, signal: inside, onLost })) {
        after = event.id ?? after
        options.follower.away()
        take(event, options, views)
        if (isDone(views)) return
      }
    } catch (error) {
      if (!isFailure(error, 'auth.required') || !(await findAgain(options))) throw error
    }
  }
}

function take(event: Event, options: Following, views: Map<string, HostView>): void {
  const { names, filter, follower, onEvent, nudge } = options
  if (names && !names.has(event.host)) return
  const before = views.get(event.host)
  if (before || isEverything(filter)) onEvent?.(event)
  const known = parseKnownEvent(event)
  // A host that comes into the phase that is looked at, or is new.
  if (!before && (known?.type === 'phase.changed' || event.type === 'machine.created')) nudge.give()
  if (!before || !known) return
  const view = foldView(before, known)
  follower.event(known, named(view), lifeOf(view))
  if (isInPhase(view, filter)) views.set(event.host, view)
  else {
    views.delete(event.host)
    follower.hide(printable(event.host))
  }
  if (known.type === 'host.stalled' || known.type === 'host.failed') nudge.give()
}

async function lookAgain(options: Following, views: Map<string, HostView>): Promise<void> {
  const { signal, isDone, nudge, findAgain: canFind } = options
  let pauseMs = SOON_MS
  while (!signal.aborted) {
    await nudge.wait(pauseMs, signal)
    if (signal.aborted) return
    try {
      await refresh(options, views)
      options.follower.away()
    } catch (error) {
      // Whoever takes the events tells of a lost connection.
      const isAway = isFailure(error, 'server.unreachable', 'server.busy', 'store.failed', 'internal')
      if (!isAway && !(canFind && isFailure(error, 'auth.required'))) throw error
    }
    if (isDone(views)) return
    pauseMs = views.size > MANY_HOSTS ? AGAIN_WHEN_MANY_MS : AGAIN_MS
  }
}

async function refresh(
  { server, names, filter, follower }: Omit<Following, 'signal'>,
  views: Map<string, HostView>,
): Promise<void> {
  const there = new Set<string>()
  const [only] = names?.size === 1 ? names : []
  for await (const view of server.control.allHosts({ ...filter, text: filter.text ?? only })) {
    if (names && !names.has(view.name)) continue
    there.add(view.name)
    views.set(view.name, view)
    follower.host(named(view), lifeOf(view), notesOf(view))
  }
  for (const name of views.keys()) {
    if (there.has(name)) continue
    views.delete(name)
    // Whether it was deleted or has gone on to another phase is not known here.
    if (filter.phase === undefined) follower.gone(printable(name))
    else follower.hide(printable(name))
  }
}

/** A local server has another token each time it starts, and says so in its own time. */
async function findAgain(options: Following): Promise<boolean> {
  const { findAgain: find, server, signal } = options
  if (!find) return false
  for (let attempt = 0; attempt < FIND_AGAIN.times && !signal.aborted; attempt += 1) {
    await sleep(FIND_AGAIN.pauseMs, undefined, { signal }).catch(() => undefined)
    const control = await find().catch(() => undefined)
    if (!control) continue
    server.control = control
    return true
  }
  return signal.aborted
}

/** Whether the server says that it is somewhere else now. */
async function findElsewhere({ findAgain: find, server }: Following): Promise<boolean> {
  const control = await find?.().catch(() => undefined)
  if (!control || control.url === server.control.url) return false
  server.control = control
  return true
}

function notesOf({ waitsFor, diagnosis }: HostView): HostNotes {
  return {
    ...(waitsFor === undefined ? {} : { waitsFor: describeWaiting(printable(waitsFor)) }),
    ...(diagnosis
      ? {
          diagnosis: {
            rule: printable(diagnosis.rule),
            seen: printable(diagnosis.seen),
            cause: printable(diagnosis.cause),
            check: diagnosis.check.map(printable),
          },
        }
      : {}),
  }
}

function named({ name }: HostView): { readonly name: string } {
  return { name: printable(name) }
}

/** Shortens a pause. */
interface Nudge {
  give(): void
  /** Ends after that long, or a little after a nudge. */
  wait(ms: number, signal: AbortSignal): Promise<void>
}

function createNudge(): Nudge {
  let given = Promise.withResolvers<void>()
  return {
    give: () => given.resolve(),
    async wait(ms, signal) {
      const over = new AbortController()
      const either = AbortSignal.any([signal, over.signal])
      const pause = (span: number) => sleep(span, undefined, { signal: either }).catch(() => undefined)
      await Promise.race([pause(ms), given.promise.then(() => pause(Math.min(ms, NUDGED_MS)))])
      over.abort()
      given = Promise.withResolvers<void>()
    },
  }
}
