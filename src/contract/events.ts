import { z } from 'zod'
import { HostName, line, Time } from './common.ts'

/**
 * Something that happened to a host; docs/reference/events.md lists the types and their data. Types are open: a newer
 * server may tell of more. Events without an id are told once and not kept.
 */
export const Event = z
  .object({
    id: z.number().int().optional(),
    time: Time,
    host: z.string(),
    bootId: z.string().optional(),
    type: z.string(),
    data: z.record(z.string(), z.unknown()).readonly(),
  })
  .meta({ id: 'Event' })
export type Event = z.infer<typeof Event>

/** Which events are wanted. */
export const EventsQuery = z.strictObject({
  after: z.coerce.number().int().min(0).optional().describe('Only events with a larger id.'),
  host: HostName.optional(),
  type: line(64).min(1).optional(),
})

/** The same, a page at a time. */
export const EventHistoryQuery = EventsQuery.extend({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})

/** Kept events in order of id; `next` goes into `after`. */
export const EventPage = z.object({
  items: z.array(Event).readonly(),
  next: z.number().int().optional(),
})
export type EventPage = z.infer<typeof EventPage>
