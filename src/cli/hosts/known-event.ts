import { z } from 'zod'
import type { Event } from '../../contract/events.ts'
import { ARTIFACT_ROLES } from '../../domain/artifact.ts'
import type { HostEvent } from '../../domain/event.ts'
import { PHASES } from '../../domain/phase.ts'
import { printable } from '../../domain/printable.ts'

const Text = z.string().transform(printable)
const Phase = z.enum(PHASES)
const Transfer = z.object({
  role: z.enum(ARTIFACT_ROLES),
  bytes: z.number(),
  total: z.number(),
  rate: z.number().default(0),
})
const Sent = z.object({ file: Text, bytes: z.number(), durationMs: z.number(), address: Text })
const Asked = z.object({ by: Text })

function event<T extends HostEvent['type'], D extends z.ZodType>(type: T, data: D) {
  return z.object({ type: z.literal(type), host: Text, time: z.number(), data })
}

/** What people are told about; what a newer server says besides is left out. */
const KnownEvent = z.discriminatedUnion('type', [
  event('machine.created', z.object({ driver: Text, mac: Text.exactOptional(), uuid: Text.exactOptional() })),
  event(
    'machine.power',
    z.object({
      state: z.enum(['on', 'off', 'starting']),
      cause: z.enum(['asked', 'reset', 'guest-shutdown', 'guest-reset', 'guest-panic', 'lost', 'unknown']),
    }),
  ),
  event(
    'dhcp.seen',
    z.object({
      action: z.enum(['answered', 'ignored']),
      reason: Text,
      client: Text,
      port: z.number(),
      file: Text.exactOptional(),
      fetches: z.enum(['tftp', 'http']).exactOptional(),
      relay: Text.exactOptional(),
    }),
  ),
  event('tftp.sent', Sent),
  event('http.sent', Sent),
  event(
    'script.served',
    z.object({ action: z.enum(['install', 'local', 'wait', 'unknown', 'refused']), address: Text }),
  ),
  event('artifact.started', Transfer),
  event('artifact.progress', Transfer),
  event('artifact.finished', Transfer),
  event('artifact.aborted', Transfer.extend({ reason: Text })),
  event('config.refused', z.object({ address: Text, reason: z.literal('other-address'), detail: Text })),
  event('host.stage', z.object({ stage: Text, detail: Text, address: Text })),
  event('console.screenshot', z.object({ path: Text, why: Text })),
  event(
    'probe.result',
    z.object({ probe: Text, ok: z.boolean(), detail: Text, duplicate: z.boolean().exactOptional() }),
  ),
  event('phase.changed', z.object({ from: Phase, to: Phase })),
  event(
    'host.stalled',
    z.object({ phase: Phase, forMs: z.number(), diagnosis: Text, rule: Text.exactOptional() }),
  ),
  event('host.failed', z.object({ phase: Phase, reason: Text, rule: Text.exactOptional() })),
  event('host.retried', z.object({})),
  event('host.reinstall', Asked),
  event('host.armed', Asked.extend({ until: z.number() })),
  event('host.approved', Asked),
])

/** An event of the API as the program knows it, its texts harmless on a terminal; nothing for kinds it does not know. */
export function parseKnownEvent(given: Event): HostEvent | undefined {
  const parsed = KnownEvent.safeParse(given)
  return parsed.success ? parsed.data : undefined
}
