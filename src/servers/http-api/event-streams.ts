import { Readable } from 'node:stream'
import type { HostEvent, RecordedEvent } from '../../domain/event.ts'
import { Failure } from '../../domain/failure.ts'
import type { EventDesk, EventFilter } from '../../ports/control/event-desk.ts'
import type { ControlLimits } from './limits.ts'

/** Events read from the store at a time. */
const PAGE = 200

export interface StreamRequest {
  /** Events after this id come first; without it only those from now on. */
  readonly afterId?: number | undefined
  readonly filter: EventFilter
  /** Asked from time to time; the stream ends when it says no. */
  readonly isStillWelcome: () => Promise<boolean>
}

/** Followers of events (server-sent events, WHATWG HTML §9.2). */
export interface EventStreams {
  /** Failure `server.busy` when there are too many. */
  open(request: StreamRequest): Readable
  closeAll(): void
  readonly count: number
}

export function createEventStreams(
  desk: EventDesk,
  limits: Pick<ControlLimits, 'maxStreams' | 'maxQueuedEvents' | 'heartbeatMs' | 'stallMs'>,
): EventStreams {
  const feeds = new Set<Feed>()
  return {
    open(request) {
      if (feeds.size >= limits.maxStreams) {
        throw new Failure(
          'server.busy',
          `${limits.maxStreams} clients follow events already; try again later`,
          {
            retryAfterMs: 10_000,
          },
        )
      }
      const feed = createFeed(desk, request, limits.maxQueuedEvents)
      feeds.add(feed)
      const frames = feed.frames()
      // Not Readable.from: that one, when destroyed, waits for the generator to come to its next frame.
      const stream: Readable = new Readable({
        highWaterMark: 64 * 1024,
        read() {
          frames.next().then(
            ({ value }) => !stream.destroyed && stream.push(value ?? null),
            (error) => stream.destroy(error),
          )
        },
        destroy(error, done) {
          clearInterval(heart)
          feed.end()
          feeds.delete(feed)
          done(error)
        },
      })
      feed.onOverflow = () => stream.destroy()
      const heart = setInterval(() => {
        if (feed.blockedForMs() > limits.stallMs) stream.destroy()
        else feed.beat()
      }, limits.heartbeatMs)
      return stream
    },
    closeAll() {
      for (const feed of feeds) feed.end()
    },
    get count() {
      return feeds.size
    },
  }
}

interface Feed {
  frames(): AsyncGenerator<string>
  beat(): void
  end(): void
  /** How long the reader has not taken the frame it was handed. */
  blockedForMs(): number
  onOverflow: () => void
}

/** What one follower is told: first what it missed, out of the store, then what happens, each event once. */
function createFeed(
  desk: EventDesk,
  { afterId, filter, isStillWelcome }: StreamRequest,
  maxQueued: number,
): Feed {
  const queue: (HostEvent | RecordedEvent)[] = []
  let isBehind = afterId !== undefined
  let hasMissed = false
  let lastId = afterId ?? 0
  let isBeating = false
  let isEnded = false
  let handedOutAt: number | undefined
  let wake = (): void => undefined

  const unsubscribe = desk.subscribe((event) => {
    if (!fits(event, filter)) return
    if (queue.length < maxQueued) queue.push(event)
    else if (isBehind) {
      // What is kept will be read from the store anyway.
      queue.length = 0
      hasMissed = true
    } else feed.onOverflow()
    wake()
  })

  /** Frames of what is at hand, or `undefined` when there is nothing but to wait. */
  async function next(): Promise<readonly string[] | undefined> {
    if (isBehind) {
      hasMissed = false
      const page = await desk.eventsAfter(lastId, filter, PAGE)
      lastId = page.at(-1)?.id ?? lastId
      isBehind = page.length === PAGE || hasMissed
      return page.map(frame)
    }
    if (queue.length > 0) return queue.splice(0).filter(isNews).map(frame)
    if (!isBeating) return undefined
    isBeating = false
    if (!(await isStillWelcome())) isEnded = true
    return isEnded ? [] : [': heartbeat\n\n']
  }

  function isNews(event: HostEvent | RecordedEvent): boolean {
    if (!('id' in event)) return true
    if (event.id <= lastId) return false
    lastId = event.id
    return true
  }

  /** So that a client that is cut off before its first event can come back to where it began. */
  async function startingPoint(): Promise<string> {
    if (afterId !== undefined) return ''
    const last = await desk.lastEventId()
    const first = queue.find((event) => 'id' in event)
    return `id: ${first && 'id' in first ? Math.min(last, first.id - 1) : last}\n`
  }

  const feed: Feed = {
    async *frames() {
      yield `retry: 2000\n${await startingPoint()}\n`
      while (!isEnded) {
        const frames = await next()
        if (!frames) await new Promise<void>((resolve) => (wake = resolve))
        for (const text of frames ?? []) {
          handedOutAt = performance.now()
          yield text
          handedOutAt = undefined
        }
      }
    },
    beat() {
      isBeating = true
      wake()
    },
    end() {
      isEnded = true
      unsubscribe()
      wake()
    },
    blockedForMs: () => (handedOutAt === undefined ? 0 : performance.now() - handedOutAt),
    onOverflow: () => undefined,
  }
  return feed
}

function fits(event: HostEvent, { host, type }: EventFilter): boolean {
  return (host === undefined || event.host === host) && (type === undefined || event.type === type)
}

/** Only kept events carry an id, so that a client that comes back asks for what can be had again. */
function frame(event: HostEvent | RecordedEvent): string {
  return `${'id' in event ? `id: ${event.id}\n` : ''}data: ${JSON.stringify(event)}\n\n`
}
