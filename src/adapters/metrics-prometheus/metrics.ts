import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { diagnose } from '../../domain/diagnosis/diagnosis.ts'
import type { EventData, HostEvent } from '../../domain/event.ts'
import type { Life } from '../../domain/life.ts'
import { PHASES, type Phase } from '../../domain/phase.ts'
import type { Metrics } from '../../ports/metrics.ts'

/** From a script that is fetched at once to an installation of two hours. Seconds. */
const PHASE_BUCKETS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200]

/** Reasons counted by name; every further one is `other`, because each label value is a time series for ever. */
const MAX_REASONS = 32

/**
 * Prometheus metrics in a registry of their own. Labels are few and never name hosts: ten thousand hosts are as many
 * time series as one.
 */
export function createMetrics(): Metrics {
  const registry = new Registry()
  const families = createFamilies(registry)
  const nameReason = createReasonNames()

  /** Counted when asked for: hosts come and go without an event of their own. */
  function countHosts(lives: Iterable<Pick<Life, 'phase'>>): void {
    const counts = new Map<Phase, number>()
    for (const { phase } of lives) counts.set(phase, (counts.get(phase) ?? 0) + 1)
    // A phase nobody is in is 0, not absent: alerts need the difference.
    for (const phase of PHASES) families.hosts.set({ phase }, counts.get(phase) ?? 0)
  }

  return {
    observe(event, life) {
      families.events.inc({ type: event.type })
      switch (event.type) {
        case 'script.served':
          families.decisions.inc({ action: event.data.action })
          if (event.data.action === 'install') families.boots.inc()
          return
        case 'artifact.finished':
        case 'artifact.aborted':
          // Every transfer ends once and tells its bytes then; progress of two at once could not be told apart.
          families.bytes.inc({ role: event.data.role }, Math.max(0, event.data.bytes))
          return
        case 'config.served':
          families.bytes.inc({ role: 'config' }, Math.max(0, event.data.bytes))
          return
        case 'config.refused':
          families.refusals.inc({ reason: nameReason(event.data.reason) })
          return
        case 'host.stalled':
          families.stalls.inc({ rule: event.data.rule ?? 'other' })
          return
        case 'phase.changed': {
          // Not every failure is an event of its own: a machine may just go off.
          if (event.data.to === 'failed') {
            families.failures.inc({ phase: event.data.from, rule: diagnose(life)?.rule ?? 'other' })
          }
          const seconds = secondsIn(event.data.from, event, life)
          if (seconds !== undefined) families.durations.observe({ phase: event.data.from }, seconds)
          return
        }
        default:
          return
      }
    },
    answered: (action) => families.decisions.inc({ action }),
    text: (lives) => {
      countHosts(lives)
      return registry.metrics()
    },
    contentType: registry.contentType,
  }
}

function createFamilies(registry: Registry) {
  const registers = [registry]
  const hosts = new Gauge({
    name: 'edgeboot_hosts',
    help: 'Hosts by the phase they are in.',
    labelNames: ['phase'] as const,
    registers,
  })
  const decisions = new Counter({
    name: 'edgeboot_boot_decisions_total',
    help: 'Boot scripts handed out, by what they tell the host to do.',
    labelNames: ['action'] as const,
    registers,
  })
  for (const action of ['install', 'local', 'wait', 'unknown', 'refused']) decisions.inc({ action }, 0)
  return {
    hosts,
    decisions,
    boots: new Counter({
      name: 'edgeboot_boots_total',
      help: 'Times the installer was handed to a host.',
      registers,
    }),
    bytes: new Counter({
      name: 'edgeboot_served_bytes_total',
      help: 'Bytes handed to the network in transfers that have ended, by what they are part of.',
      labelNames: ['role'] as const,
      registers,
    }),
    refusals: new Counter({
      name: 'edgeboot_refusals_total',
      help: 'Requests for a configuration that were refused, by reason.',
      labelNames: ['reason'] as const,
      registers,
    }),
    stalls: new Counter({
      name: 'edgeboot_stalls_total',
      help: 'Hosts that did not get on, by the rule that says why.',
      labelNames: ['rule'] as const,
      registers,
    }),
    failures: new Counter({
      name: 'edgeboot_failures_total',
      help: 'Hosts that failed, by the phase they stood in and the rule that says why.',
      labelNames: ['phase', 'rule'] as const,
      registers,
    }),
    durations: new Histogram({
      name: 'edgeboot_phase_duration_seconds',
      help: 'How long hosts stayed in a phase before they went on to the next.',
      labelNames: ['phase'] as const,
      buckets: PHASE_BUCKETS,
      registers,
    }),
    events: new Counter({
      name: 'edgeboot_events_total',
      help: 'Events that took effect, by type.',
      labelNames: ['type'] as const,
      registers,
    }),
  }
}

function createReasonNames(): (reason: EventData['config.refused']['reason']) => string {
  const known = new Set<string>()
  return (reason) => {
    // A name such as `other-address`; sentences may hold addresses and are all different.
    if (!/^[a-z][a-z0-9-]{0,39}$/.test(reason)) return 'other'
    if (known.size < MAX_REASONS) known.add(reason)
    return known.has(reason) ? reason : 'other'
  }
}

/** Time in the phase that was left, from the history of the life; `undefined` when that does not tell. */
function secondsIn(from: Phase, { time }: HostEvent, { history }: Pick<Life, 'history'>): number | undefined {
  const index = history.findLastIndex(({ phase }) => phase === from)
  const entered = history[index]
  if (!entered) return undefined
  const left = history[index + 1]?.at ?? time
  return left >= entered.at ? (left - entered.at) / 1000 : undefined
}
