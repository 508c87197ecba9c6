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
      for await (const event of connect(target, { after, host, type }, signal)) {
        pauseMs = FIRST_PAUSE_MS
        if (event.id !== undefined) after = event.id
        yield event
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
): AsyncGenerator<Event> {
  const parameters = new URLSearchParams()
  for (const [key, value] of Object.entries(query))
    if (value !== undefined) parameters.set(key, String(value))
  const answer = await send(target, {
    method: 'GET',
    path: `/api/v1/events?${parameters}`,
    headers: { accept: 'text/event-stream' },
    signal,
  })
  answer.setTimeout(SILENCE_MS, () => answer.destroy())
  answer.setEncoding('utf8')
  let text = ''
  try {
    for await (const chunk of answer) {
      const messages = `${text}${chunk}`.split('\n\n')
      text = messages.pop() ?? ''
      if (text.length > MAX_MESSAGE) return
      for (const message of messages) {
        const event = parseMessage(message)
        if (event) yield event
      }
    }
  } catch {
    // A connection that breaks is taken up again where it was, like one that ends.
  } finally {
    answer.destroy()
  }
}

/** `undefined` for heartbeats and for what is not an event. */
function parseMessage(message: string): Event | undefined {
  const data = /^data: (.*)$/m.exec(message)?.[1]
  if (data === undefined) return undefined
  try {
    return Event.parse(JSON.parse(data))
  } catch {
    return undefined
  }
}
