import type { Event } from '../../../src/contract/events.ts'
import type { HostPage, HostView } from '../../../src/contract/hosts.ts'
import { getJson, queryOf } from '../api/client.ts'
import { applyEvent, needsRefresh } from './apply-event.ts'
import type { EventFeed } from './event-feed.ts'
import { keepSame } from './keep-same.ts'

/** All hosts in order of name, kept up to date. */
export interface HostList {
  readonly hosts: readonly HostView[]
  /** False until the first list has come. */
  readonly isLoaded: boolean
  readonly error?: unknown
}

export interface LiveHosts {
  snapshot(): HostList
  subscribe(listener: () => void): () => void
  /** Asks for the whole list soon, for instance after a change of one's own. */
  refresh(): void
  close(): void
}

/** Hosts of one request, the most the server gives. */
const PAGE = 1000
/** The page is drawn anew at most so often, however many bytes flow. Milliseconds. */
const DRAW_MS = 250
/** What events do not tell comes with the whole list, asked for at most so often. Milliseconds. */
const REFRESH_MS = 5000
/** That a host is silent for too long is no event, so the list is asked for again also when nothing happens. Milliseconds. */
const QUIET_MS = 30_000

/** Keeps the list of hosts: loaded once, moved on by events, and asked for again when events do not tell all. */
export function createLiveHosts(
  feed: Pick<EventFeed, 'state' | 'onEvent' | 'onState'>,
  loadAll: (signal: AbortSignal) => Promise<readonly HostView[]> = loadPages,
): LiveHosts {
  const listeners = new Set<() => void>()
  let byName = new Map<string, HostView>()
  let list: HostList = { hosts: [], isLoaded: false }
  let drawTimer: ReturnType<typeof setTimeout> | undefined
  let refreshTimer: ReturnType<typeof setTimeout> | undefined
  let lastRefresh = Number.NEGATIVE_INFINITY
  let loading: AbortController | undefined
  /** What happened while a list was under way: the list may be of before or after it. */
  let meanwhile: Event[] = []

  function publish(next: HostList): void {
    list = next
    for (const listener of listeners) listener()
  }

  function draw(): void {
    drawTimer ??= setTimeout(() => {
      drawTimer = undefined
      publish({ hosts: [...byName.values()], isLoaded: list.isLoaded })
    }, DRAW_MS)
  }

  function refresh(): void {
    if (refreshTimer !== undefined) return
    const wait = Math.max(DRAW_MS, lastRefresh + REFRESH_MS - performance.now())
    refreshTimer = setTimeout(() => {
      refreshTimer = undefined
      void load()
    }, wait)
  }

  async function load(): Promise<void> {
    // What is under way may be of before that which it was asked for.
    if (loading) return refresh()
    const current = new AbortController()
    loading = current
    lastRefresh = performance.now()
    meanwhile = []
    try {
      const loaded = await loadAll(current.signal)
      byName = new Map(loaded.map((host) => [host.name, keepSame(byName.get(host.name), host)]))
      for (const event of meanwhile) move(event)
      publish({ hosts: [...byName.values()], isLoaded: true })
    } catch (error) {
      if (current.signal.aborted) return
      publish({ ...list, error })
      refresh()
    } finally {
      loading = undefined
    }
  }

  /** Events of before the host's own last one change nothing any more. */
  function move(event: Event): void {
    const host = byName.get(event.host)
    if (host && event.time >= host.lastSeen) byName.set(event.host, applyEvent(host, event))
  }

  const endEvents = feed.onEvent((event) => {
    if (loading) meanwhile.push(event)
    move(event)
    if (byName.has(event.host)) draw()
    if (needsRefresh(event) || !byName.has(event.host)) refresh()
  })
  const endStates = feed.onState(() => feed.state() === 'live' && refresh())
  const quietTimer = setInterval(refresh, QUIET_MS)
  void load()
  return {
    snapshot: () => list,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    refresh,
    close: () => {
      endEvents()
      endStates()
      loading?.abort()
      clearTimeout(drawTimer)
      clearTimeout(refreshTimer)
      clearInterval(quietTimer)
    },
  }
}

async function loadPages(signal: AbortSignal): Promise<readonly HostView[]> {
  const hosts: HostView[] = []
  let after: string | undefined
  do {
    const page = await getJson<HostPage>(`/hosts${queryOf({ limit: PAGE, after })}`, signal)
    hosts.push(...page.items)
    after = page.next
  } while (after !== undefined)
  return hosts
}
