import { z } from 'zod'
import { HostName, ObjectName, pageOf, Time } from './common.ts'

/** A machine nobody has defined, with all it told. */
export const DiscoveredHost = z
  .object({
    id: z.string(),
    firstSeen: Time,
    lastSeen: Time,
    address: z.string(),
    told: z.record(z.string(), z.string()).readonly().describe('iPXE settings by name.'),
  })
  .meta({ id: 'DiscoveredHost' })

export const DiscoveredPage = pageOf(DiscoveredHost)
export type DiscoveredPage = z.infer<typeof DiscoveredPage>

export const DiscoveredParams = z.strictObject({ id: z.string().regex(/^[A-Za-z0-9._:-]{1,128}$/) })

export const AdoptRequest = z.strictObject({ name: HostName, profile: ObjectName })
export type AdoptRequest = z.infer<typeof AdoptRequest>
