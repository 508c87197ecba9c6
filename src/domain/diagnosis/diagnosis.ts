import type { Life } from '../life.ts'
import type { Phase } from '../phase.ts'
import { RULES, type RuleId } from './rules.ts'

/** Why a host does not get on. Sentences for people, without secrets. */
export interface Diagnosis {
  /** Stays the same; `docs/guide/troubleshooting.md` has a section of that name. */
  readonly rule: RuleId
  /** What is known for sure. */
  readonly seen: string
  /** The likeliest reason. */
  readonly cause: string
  /** What to look at or to do, the likeliest first. */
  readonly check: readonly string[]
}

/**
 * Silence after which a host counts as stalled, per phase, in milliseconds. Generous: firmware and installers of
 * slow machines take their time, and a warning that is wrong is soon not read any more.
 */
export const PATIENCE_MS: Readonly<Record<Phase, number | undefined>> = {
  defined: undefined,
  starting: 60_000,
  firmware: 180_000,
  script: 60_000,
  kernel: 60_000,
  // The kernel boots in it, on slow machines for minutes.
  initrd: 180_000,
  rootfs: 120_000,
  config: 300_000,
  installing: 1_200_000,
  installed: 180_000,
  'disk-boot': 600_000,
  ready: undefined,
  failed: undefined,
}

/** How long nothing was heard of the host and nothing changed, in milliseconds. */
export function silenceMs(life: Life, now: number): number {
  return Math.max(0, now - Math.max(life.since, life.lastSeen))
}

/** The first rule that fits: they go from what is special to what is left. Nothing for a host with which nothing is wrong. */
export function diagnose(life: Life): Diagnosis | undefined {
  for (const { id, explain } of RULES) {
    const found = explain(life)
    if (found) return { rule: id, ...found }
  }
  return undefined
}

/** The diagnosis of a host that has been silent for longer than its phase allows, or has failed. */
export function diagnoseStall(life: Life, now: number): Diagnosis | undefined {
  const patience = PATIENCE_MS[life.phase]
  return patience !== undefined && silenceMs(life, now) >= patience ? diagnose(life) : undefined
}

/** As one sentence. */
export function diagnosisText(life: Life): string {
  if (life.phase === 'failed') return life.failure?.reason ?? 'it failed'
  const found = diagnose(life)
  return found ? `${found.seen}: ${found.cause}; ${found.check.join('; ')}` : 'nothing is wrong with it'
}
