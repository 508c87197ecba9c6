import type { Event } from '../../../src/contract/events.ts'

/** `lost`: the server is away; it is tried again until it is back. */
export type FeedState = 'connecting' | 'live' | 'lost'

/** Events of the server as they happen. A feed that was cut goes on where it was, so nothing is missed. */
export interface EventFeed {
  readonly state: () => FeedState
  /** Told every event; returns the function that ends it. */
  onEvent(listener: (event: Event) => void): () => void
  onState(listener: () => void): () => void
  close(): void
}

/** After a refusal the browser gives up by itself, so we come back. Milliseconds. */
const PAUSE_MS = { first: 1000, longest: 15_000 }

/** Follows `/api/v1/events` (server-sent events, WHATWG HTML §9.2). `onRefused` is told when the server answers that we may not. */
export function openEventFeed(onRefused: () => void): EventFeed {
  const eventListeners = new Set<(event: Event) => void>()
  const stateListeners = new Set<() => void>()
  let state: FeedState = 'connecting'
  let lastId: string | undefined
  let attempt = 0
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  function become(next: FeedState): void {
    if (next === state) return
    state = next
    for (const listener of stateListeners) listener()
  }

  function connect(): void {
    source = new EventSource(`/api/v1/events${lastId ? `?after=${lastId}` : ''}`)
    source.onopen = () => {
      attempt = 0
      become('live')
    }
    source.onmessage = ({ data, lastEventId }: MessageEvent<string>) => {
      if (lastEventId) lastId = lastEventId
      const event = parseEvent(data)
      if (event) for (const listener of eventListeners) listener(event)
    }
    source.onerror = () => {
      become('lost')
      if (source?.readyState !== EventSource.CLOSED) return
      onRefused()
      const pause = Math.min(PAUSE_MS.longest, PAUSE_MS.first * 2 ** attempt)
      attempt += 1
      timer = setTimeout(connect, pause)
    }
  }

  connect()
  return {
    state: () => state,
    onEvent: (listener) => added(eventListeners, listener),
    onState: (listener) => added(stateListeners, listener),
    close: () => {
      clearTimeout(timer)
      source?.close()
    },
  }
}

function added<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

function parseEvent(data: string): Event | undefined {
  try {
    return JSON.parse(data) as Event
  } catch {
    return undefined
  }
}
