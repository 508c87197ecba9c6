import type { Event } from '../../../src/contract/events.ts'
import type { HostView } from '../../../src/contract/hosts.ts'
import { ARTIFACT_ROLES, type ArtifactRole } from '../../../src/domain/artifact.ts'
import { PHASES, type Phase } from '../../../src/domain/phase.ts'

/** The host after the event, as far as the event itself tells; everything else comes with the next list. */
export function applyEvent(host: HostView, { type, time, data }: Event): HostView {
  const seen = { ...host, lastSeen: Math.max(host.lastSeen, time) }
  switch (type) {
    case 'phase.changed': {
      // Both were said of the phase before.
      const { diagnosis: _, waitsFor: __, ...rest } = seen
      const to = phaseOf(data['to'])
      return to ? { ...rest, phase: to, since: time } : seen
    }
    case 'artifact.started':
    case 'artifact.progress':
    case 'artifact.finished':
    case 'artifact.aborted':
      return withTransfer(seen, type, time, data)
    case 'machine.power':
      return data['state'] === 'on' || data['state'] === 'off' ? { ...seen, power: data['state'] } : seen
    case 'host.stage':
      return { ...seen, stage: String(data['stage']) }
    default:
      return seen
  }
}

/** True for events after which more of the host is different than they tell. */
export function needsRefresh({ type }: Event): boolean {
  return type !== 'artifact.progress' && type !== 'artifact.started' && type !== 'console.screenshot'
}

function withTransfer(host: HostView, type: string, time: number, data: Event['data']): HostView {
  const role = roleOf(data['role'])
  if (!role) return host
  const before = host.transfers[role]
  const begun = type === 'artifact.started'
  const bytes = Number(data['bytes'])
  const total = Number(data['total'])
  const transfer = {
    bytes,
    total,
    rate: typeof data['rate'] === 'number' ? data['rate'] : (before?.rate ?? 0),
    startedAt: begun ? time : (before?.startedAt ?? time),
    attempts: (before?.attempts ?? 0) + (begun || !before ? 1 : 0),
    ...(type === 'artifact.finished' && bytes >= total ? { finishedAt: time } : {}),
  }
  return { ...host, transfers: { ...host.transfers, [role]: transfer } }
}

function phaseOf(value: unknown): Phase | undefined {
  return PHASES.find((phase) => phase === value)
}

function roleOf(value: unknown): ArtifactRole | undefined {
  return ARTIFACT_ROLES.find((role) => role === value)
}
