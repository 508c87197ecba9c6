import { z } from 'zod'
import { Time } from './common.ts'

/** One decision about a packet of somebody who wants to boot from the network. Kept in memory only. */
export const NetbootNews = z
  .object({
    id: z.number().int(),
    time: Time,
    service: z.enum(['dhcp', 'tftp', 'http']),
    action: z.enum(['answered', 'ignored', 'sent', 'failed']),
    reason: z.string(),
    host: z.string().optional(),
    mac: z.string().optional(),
    uuid: z.string().optional(),
    address: z.string().optional(),
    client: z.string().optional().describe('What it says it is.'),
    file: z.string().optional(),
  })
  .meta({ id: 'NetbootNews' })
export type NetbootNews = z.infer<typeof NetbootNews>

export const NetbootNewsQuery = z.strictObject({
  after: z.coerce.number().int().min(0).optional().describe('Only news with a larger id.'),
  waitSeconds: z.coerce
    .number()
    .int()
    .min(0)
    .max(30)
    .default(0)
    .describe('How long to wait for news where there is none.'),
})

export const NetbootNewsList = z.object({
  services: z.array(z.string()).readonly().describe('What listens here, in words; nothing when all is off.'),
  items: z.array(NetbootNews).readonly(),
})
export type NetbootNewsList = z.infer<typeof NetbootNewsList>
