import type { Circumstances } from './diagnosis/circumstances.ts'
import { diagnosisText } from './diagnosis/diagnosis.ts'
import { formatDuration } from './duration.ts'
import type { Life } from './life.ts'
import type { Phase } from './phase.ts'

const MINUTE = 60_000

/**
 * How long a host may spend in a phase, in milliseconds, where its profile does not say otherwise. Several times
 * what slow hardware and thin lines were seen to need; `undefined` where waiting is right.
 */
export const DEFAULT_PHASE_LIMITS_MS: Readonly<Record<Phase, number | undefined>> = {
  defined: undefined,
  starting: 10 * MINUTE,
  firmware: 20 * MINUTE,
  script: 15 * MINUTE,
  kernel: 20 * MINUTE,
  initrd: 30 * MINUTE,
  rootfs: 120 * MINUTE,
  config: 20 * MINUTE,
  installing: 90 * MINUTE,
  installed: 15 * MINUTE,
  'disk-boot': 45 * MINUTE,
  ready: undefined,
  failed: undefined,
}

/** The limits a host has to keep, in milliseconds. */
export interface TimeLimits {
  readonly phases: Readonly<Partial<Record<Phase, number>>>
  /** In all, from when this run let it begin. */
  readonly readyWithinMs: number | undefined
  /** For the likely cause. */
  readonly about?: Circumstances | undefined
}

/** Why the host has run out of time, with the likely cause; `undefined` while it has not. */
export function overdue(life: Life, limits: TimeLimits, startedAt: number, now: number): string | undefined {
  const { readyWithinMs, about } = limits
  const inPhase = limits.phases[life.phase] ?? DEFAULT_PHASE_LIMITS_MS[life.phase]
  if (inPhase !== undefined && now - life.since > inPhase) {
    return `longer than ${formatDuration(inPhase)} in phase ${life.phase}: ${diagnosisText(life, about)}`
  }
  if (readyWithinMs !== undefined && now - startedAt > readyWithinMs) {
    return `not ready after ${formatDuration(readyWithinMs)}, in phase ${life.phase}: ${diagnosisText(life, about)}`
  }
  return undefined
}
