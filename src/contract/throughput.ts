import { z } from 'zod'
import { Time } from './common.ts'

/** What went over the boot listener in one interval. */
export const ThroughputSample = z.object({
  at: Time.describe('End of the interval.'),
  bytes: z.number().describe('Sent in the interval.'),
  transfers: z.number().int().describe('Downloads under way at its end.'),
  hosts: z.number().int().describe('Hosts with a download under way at its end.'),
  busy: z.number().min(0).max(1).describe('Share of the interval in which the event loop was busy.'),
})
export type ThroughputSample = z.infer<typeof ThroughputSample>

/** What was sent lately, and what holds it up. */
export const Throughput = z
  .object({
    intervalMs: z.number().int(),
    samples: z.array(ThroughputSample).readonly().describe('Oldest first.'),
    linkBytesPerSecond: z
      .number()
      .optional()
      .describe('Speed of the network card hosts are served through, where it is known.'),
    bottleneck: z
      .object({
        where: z.enum(['none', 'server', 'budget', 'link', 'hosts', 'unknown']),
        why: z.string().describe('A sentence for people.'),
      })
      .describe('What keeps the downloads under way from being faster.'),
  })
  .meta({ id: 'Throughput' })
export type Throughput = z.infer<typeof Throughput>

export const ThroughputQuery = z.strictObject({
  after: z.coerce.number().int().min(0).optional().describe('Only samples that ended later.'),
})
