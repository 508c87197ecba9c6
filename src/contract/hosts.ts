import { z } from 'zod'
import { ARTIFACT_ROLES } from '../domain/artifact.ts'
import { PHASES } from '../domain/phase.ts'
import { HostName, line, ObjectName, PageQuery, pageOf, Time } from './common.ts'
import { Event } from './events.ts'
import { DesiredHostView } from './fleet.ts'

const Phase = z.enum(PHASES)
const Transfer = z.object({
  bytes: z.number(),
  total: z.number(),
  rate: z.number().describe('Bytes per second.'),
  startedAt: Time,
  finishedAt: Time.optional(),
  attempts: z.number().int(),
})

/** A host as lists show it. */
export const HostView = z
  .object({
    name: z.string(),
    profile: z.string().optional(),
    installer: z.string().optional(),
    labels: z.record(z.string(), z.string()).readonly(),
    driver: z.string().optional(),
    phase: Phase,
    since: Time.describe('When it entered its phase.'),
    power: z.enum(['on', 'off', 'unknown']),
    installs: z.number().int().describe('How often it was handed the installer.'),
    lastSeen: Time,
    mac: z.string().optional(),
    uuid: z.string().optional(),
    address: z.string().optional(),
    stage: z.string().optional().describe('Last stage it phoned home.'),
    transfers: z.partialRecord(z.enum(ARTIFACT_ROLES), Transfer).readonly(),
    failure: z.object({ phase: Phase, reason: z.string() }).optional(),
    diagnosis: z
      .object({
        rule: z.string().describe('Section of docs/guide/troubleshooting.md.'),
        seen: z.string(),
        cause: z.string(),
        check: z.array(z.string()).readonly(),
      })
      .optional()
      .describe(
        'Why it does not get on: it was silent for longer than usual, goes in circles, or has failed.',
      ),
    waitsFor: z.string().optional().describe('What keeps it from going on.'),
    armedUntil: Time.optional(),
  })
  .meta({ id: 'HostView' })
export type HostView = z.infer<typeof HostView>

/** One host with what was asked for it. */
export const HostDetail = HostView.extend({
  version: z.string(),
  definition: DesiredHostView.optional(),
  createdAt: Time,
  firmware: z.enum(['bios', 'uefi']).optional(),
  history: z.array(z.object({ phase: Phase, at: Time })).readonly(),
  events: z.array(Event).readonly().describe('Its newest events, oldest first.'),
}).meta({ id: 'HostDetail' })
export type HostDetail = z.infer<typeof HostDetail>

export const HostPage = pageOf(HostView)
export type HostPage = z.infer<typeof HostPage>

export const HostsQuery = PageQuery.extend({
  phase: Phase.optional(),
  profile: ObjectName.optional(),
  label: line(320).min(1).optional().describe('KEY or KEY=VALUE.'),
  text: line(256).min(1).optional().describe('Part of name, address, MAC, UUID or the value of a label.'),
})

export const HostParams = z.strictObject({ name: HostName })

/** How long the window stays open in which a host known by its MAC alone may fetch the installer. */
export const ArmRequest = z.strictObject({
  forMs: z
    .number()
    .int()
    .min(60_000)
    .max(24 * 3_600_000)
    .describe('Milliseconds: one minute to one day.'),
})

export const PowerRequest = z.strictObject({ action: z.enum(['on', 'off', 'reset']) })

export const PowerOutcome = z
  .discriminatedUnion('way', [
    z.object({ way: z.literal('switched') }),
    z.object({
      way: z.literal('woken').describe('Its card was called by Wake-on-LAN; nobody knows whether it heard.'),
      networks: z.array(z.string()).readonly().describe('The broadcast addresses called.'),
      armedUntil: Time.optional().describe('It may fetch the installer until then.'),
    }),
  ])
  .meta({ id: 'PowerOutcome' })
export type PowerOutcome = z.infer<typeof PowerOutcome>

export const SerialLogQuery = z.strictObject({
  tailBytes: z.coerce.number().int().min(1).max(1_048_576).default(65_536),
})

export const HostLogQuery = SerialLogQuery.extend({
  source: z
    .enum(['serial', 'network', 'all'])
    .optional()
    .describe(
      'The serial console, what came over syslog and netconsole, or one after the other, tailBytes of each. ' +
        'Without it: serial where the machine keeps one, otherwise network.',
    ),
})
