import { setTimeout as sleep } from 'node:timers/promises'
import type { Control } from '../../app/control-connection.ts'
import type { Event } from '../../contract/events.ts'
import type { HostView } from '../../contract/hosts.ts'
import { formatDuration } from '../../domain/duration.ts'
import { Failure, isFailure } from '../../domain/failure.ts'
import { printable } from '../../domain/printable.ts'
import type { Follower } from '../output/follower.ts'
import { describeWaiting } from '../output/host-line.ts'
import { parseKnownEvent } from './known-event.ts'
import { foldView, lifeOf } from './view-life.ts'

/** Hosts as they stand now, by name. */
export type Views = ReadonlyMap<string, HostView>

export interface FollowHostsOptions {
  readonly control: Control
  /** Only these; all hosts otherwise. */
  readonly names?: ReadonlySet<string> | undefined
  readonly follower: Follower
  readonly signal: AbortSignal
  /** Told every event of these hosts, those of unknown types as well. */
  readonly onEvent?: (event: Event) => void
  /** Asked after every change; following ends when it says so. */
  readonly isDone?: (views: Views) => boolean
}

/** Events tell what happens; what they do not tell, and hosts that come or go, is asked for that often. */
const SOON_MS = 1000
const AGAIN_MS = 10_000
const AGAIN_WHEN_MANY_MS = 60_000
const MANY_HOSTS = 1000

/**
 * Follows hosts across restarts of the server until the signal aborts or `isDone`; resolves to how they stand then.
 * Failure `host.not-found` for a name that is not there at the beginning.
 */
export async function followHosts(options: FollowHostsOptions): Promise<Views> {
  const { names, isDone = () => false } = options
  const views = new Map<string, HostView>()
  await refresh(options, views)
  const missing = [...(names ?? [])].filter((name) => !views.has(name))
  if (missing.length > 0) {
    const list = missing.slice(0, 10).join(', ')
    throw new Failure(
      'host.not-found',
      `the server has no host ${list}${missing.length > 10 ? ' …' : ''}; edgeboot host list shows all`,
    )
  }
  const stop = new AbortController()
  const signal = AbortSignal.any([options.signal, stop.signal])
  try {
    if (!isDone(views)) {
      const given = { ...options, isDone, signal }
      await Promise.race([takeEvents(given, views), lookAgain(given, views)])
    }
    return views
  } finally {
    stop.abort()
  }
}

type Following = FollowHostsOptions & { readonly isDone: (views: Views) => boolean }

async function takeEvents(options: Following, views: Map<string, HostView>): Promise<void> {
  const { control, names, follower, signal, onEvent, isDone } = options
  const [only] = names?.size === 1 ? names : []
  const onLost = (reason: string, retryMs: number): void =>
    follower.note(`${printable(reason)}; trying again in ${formatDuration(retryMs)}`)
  for await (const event of control.follow({ host: only, signal, onLost })) {
    if (names && !names.has(event.host)) continue
    onEvent?.(event)
    const before = views.get(event.host)
    const known = parseKnownEvent(event)
    if (!before || !known) continue
    const view = foldView(before, known)
    views.set(event.host, view)
    follower.event(known, named(view), lifeOf(view))
    if (isDone(views)) return
  }
}

async function lookAgain(options: Following, views: Map<string, HostView>): Promise<void> {
  const { signal, isDone } = options
  let pauseMs = SOON_MS
  while (!signal.aborted) {
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return
    try {
      await refresh(options, views)
    } catch (error) {
      // Whoever takes the events tells of a lost connection.
      if (!isFailure(error, 'server.unreachable', 'server.busy', 'store.failed', 'internal')) throw error
    }
    if (isDone(views)) return
    pauseMs = views.size > MANY_HOSTS ? AGAIN_WHEN_MANY_MS : AGAIN_MS
  }
}

async function refresh(
  { control, names, follower }: FollowHostsOptions,
  views: Map<string, HostView>,
): Promise<void> {
  const there = new Set<string>()
  const [only] = names?.size === 1 ? names : []
  for await (const view of control.allHosts({ text: only })) {
    if (names && !names.has(view.name)) continue
    there.add(view.name)
    views.set(view.name, view)
    const waitsFor = view.waitsFor === undefined ? undefined : describeWaiting(printable(view.waitsFor))
    follower.host(named(view), lifeOf(view), waitsFor)
  }
  for (const name of views.keys()) {
    if (there.has(name)) continue
    views.delete(name)
    follower.gone(printable(name))
  }
}

function named({ name }: HostView): { readonly name: string } {
  return { name: printable(name) }
}
