import { setTimeout as sleep } from 'node:timers/promises'
import { Event } from '../../contract/events.ts'
import { isFailure } from '../../domain/failure.ts'
import { type ControlTarget, send } from './transport.ts'

export interface FollowOptions {
  /** Events after this id come first; without it only those from now on. */
  readonly after?: number | undefined
  readonly host?: string | undefined
  readonly type?: string | undefined
  readonly signal: AbortSignal
  /** Told when the connection was lost and another try will be made in so many milliseconds. */
  readonly onLost?: ((reason: string, retryMs: number) => void) | undefined
}

/** Longest message that is taken, in characters. */
const MAX_MESSAGE = 1024 * 1024
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 15_000
/** The server says something at least every 15 seconds. */
const SILENCE_MS = 60_000

/**
 * Events as they happen, across lost connections: each kept event once and in order. Ends when the signal aborts;
 * Failure of the server that trying again would not change (no access, wrong request).
 */
export async function* followEvents(target: ControlTarget, options: FollowOptions): AsyncGenerator<Event> {
  const { host, type, signal, onLost } = options
  let after = options.after
  let pauseMs = FIRST_PAUSE_MS
  while (!signal.aborted) {
    try {
      for await (const { id, event } of connect(target, { after, host, type }, signal)) {
        pauseMs = FIRST_PAUSE_MS
        if (id !== undefined) after = id
        if (event) yield event
      }
    } catch (error) {
      if (signal.aborted) return
      if (!isFailure(error, 'server.unreachable', 'server.busy', 'store.failed', 'internal')) throw error
      onLost?.(error.message, pauseMs)
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
  }
}

async function* connect(
  target: ControlTarget,
  query: {
    readonly after?: number | undefined
    readonly host?: string | undefined
    readonly type?: string | undefined
  },
  signal: AbortSignal,
): AsyncGenerator<Message> {
  const parameters = new URLSearchParams()
  for (const [key, value] of Object.entries(query))
    if (value !== undefined) parameters.set(key, String(value))
  const answer = await send(target, {
    method: 'GET',
    path: `/api/v1/events?${parameters}`,
    headers: { accept: 'text/event-stream' },
    signal,
    silenceMs: SILENCE_MS,
  })
  answer.setEncoding('utf8')
  let text = ''
  try {
    for await (const chunk of answer) {
      const messages = `${text}${chunk}`.split('\n\n')
      text = messages.pop() ?? ''
      if (text.length > MAX_MESSAGE) return
      yield* messages.map(parseMessage)
    }
  } catch {
    // A connection that breaks is taken up again where it was, like one that ends.
  } finally {
    answer.destroy()
  }
}

/** Heartbeats and what is not an event have none; an id alone says where the stream began. */
interface Message {
  readonly id?: number
  readonly event?: Event
}

function parseMessage(message: string): Message {
  const id = /^id: (\d{1,15})$/m.exec(message)?.[1]
  const data = /^data: (.*)$/m.exec(message)?.[1]
  const event = data === undefined ? undefined : parseEvent(data)
  return { ...(id === undefined ? {} : { id: Number(id) }), ...(event ? { event } : {}) }
}

function parseEvent(data: string): Event | undefined {
  try {
    return Event.parse(JSON.parse(data))
  } catch {
    return undefined
  }
}
