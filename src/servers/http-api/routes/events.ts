import { z } from 'zod'
import { EventHistoryQuery, EventPage, EventsQuery } from '../../../contract/events.ts'
import { Failure } from '../../../domain/failure.ts'
import type { EventStreams } from '../event-streams.ts'
import { type ApiInstance, mediaResponse, operation, type RouteTools } from '../route.ts'
import { wireEvent } from '../wire.ts'

const tag = 'events'

/** What happened and happens. */
export async function eventRoutes(
  app: ApiInstance,
  { desk, access, streams }: RouteTools & { readonly streams: EventStreams },
): Promise<void> {
  app.get(
    '/events',
    operation(
      'viewer',
      {
        action: 'event.follow',
        tag,
        summary: 'Events as they happen, as server-sent events.',
        description:
          'The data of each message is an Event as JSON. Kept events carry their id; a client that comes back with ' +
          '`Last-Event-ID` (or `after`) gets first what it missed. Without either, only what happens from now on.',
        errors: ['server.busy'],
      },
      {
        querystring: EventsQuery,
        response: { 200: mediaResponse('The stream.', 'text/event-stream', z.string()) },
      },
    ),
    async (request, reply) => {
      const { after, ...filter } = request.query
      const stream = streams.open({
        afterId: parseLastEventId(request.headers['last-event-id']) ?? after,
        filter,
        isStillWelcome: access.callerOf(request).isStillWelcome,
      })
      // Proxies that collect answers would hold events back.
      return reply.type('text/event-stream').header('x-accel-buffering', 'no').send(stream)
    },
  )
  app.get(
    '/events/history',
    operation(
      'viewer',
      { action: 'event.list', tag, summary: 'Kept events in order of id, a page at a time.' },
      { querystring: EventHistoryQuery, response: { 200: EventPage } },
    ),
    async ({ query: { after = 0, limit, ...filter } }) => {
      const items = (await desk.eventsAfter(after, filter, limit)).map(wireEvent)
      const last = items.at(-1)
      return last && items.length === limit ? { items, next: last.id } : { items }
    },
  )
}

function parseLastEventId(header: string | string[] | undefined): number | undefined {
  if (header === undefined || header === '') return undefined
  const id = typeof header === 'string' && /^[0-9]{1,15}$/.test(header) ? Number(header) : undefined
  if (id !== undefined) return id
  throw new Failure('request.invalid', 'Last-Event-ID is no id of an event; leave it out to begin with now')
}
