import { ARTIFACT_ROLES } from './artifact.ts'
import type { Host } from './host.ts'
import type { Life } from './life.ts'
import type { Phase } from './phase.ts'

/** How a host came through, for people and for programs. Times in milliseconds. */
export interface HostSummary {
  readonly name: string
  readonly result: 'ready' | 'failed' | 'unfinished'
  readonly phase: Phase
  /** What runs its machine; `none` where only people switch it. */
  readonly driver?: string
  readonly mac?: string
  readonly uuid?: string
  readonly address?: string
  readonly phases: readonly { readonly phase: Phase; readonly ms: number }[]
  readonly totalMs: number
  /** Bytes of all artifacts as far as they were handed to the network. */
  readonly bytes: number
  readonly installs: number
  readonly reason?: string
  /** `https://…` of its Local UI, where it can be reached from here. */
  readonly localUi?: string
  /** File with everything the host wrote to its serial console. */
  readonly console?: string
  /** The newest picture of its console. */
  readonly screenshot?: string
}

/** What `up` came to. */
export interface UpSummary {
  readonly hosts: readonly HostSummary[]
  /** Absent where a server does the work. */
  readonly bootScriptUrl?: string
  readonly dataDirectory: string
}

/** The summary of one host at a moment (`now`, epoch milliseconds). */
export function summarizeHost({ name, spec, driver, createdAt }: Host, life: Life, now: number): HostSummary {
  const isOver = life.phase === 'ready' || life.phase === 'failed'
  const end = isOver ? life.since : now
  const phases = life.history.map(({ phase, at }, index) => ({
    phase,
    ms: Math.max(0, (life.history[index + 1]?.at ?? end) - at),
  }))
  return {
    name,
    result: life.phase === 'ready' || life.phase === 'failed' ? life.phase : 'unfinished',
    phase: life.phase,
    driver,
    ...(spec ? { mac: spec.mac, uuid: spec.uuid } : {}),
    ...(life.address ? { address: life.address } : {}),
    phases: isOver ? phases.slice(0, -1) : phases,
    totalMs: Math.max(0, end - createdAt),
    bytes: ARTIFACT_ROLES.reduce((sum, role) => sum + (life.transfers[role]?.bytes ?? 0), 0),
    installs: life.installs,
    ...(life.failure ? { reason: life.failure.reason } : {}),
  }
}
