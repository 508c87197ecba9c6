import type { Life } from '../life.ts'
import type { Phase } from '../phase.ts'
import type { Circumstances } from './circumstances.ts'
import type { Explanation, Rule, Situation } from './rule.ts'
import { RULES, type RuleId } from './rules.ts'

/** Why a host does not get on. Sentences for people, without secrets. */
export interface Diagnosis extends Explanation {
  /** Stays the same; `docs/guide/troubleshooting.md` has a section of that name. */
  readonly rule: RuleId
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

/** How long a machine that people switch may be silent once it may install; somebody has to walk there. Milliseconds. */
const ARMED_PATIENCE_MS = 600_000

/** How long nothing was heard of the host and nothing changed, in milliseconds. */
export function silenceMs(life: Life, now: number): number {
  return Math.max(0, now - Math.max(life.since, life.lastSeen))
}

/** Why a host is stuck that is known to be, or has failed: the first rule that fits, from what is special to what is left. */
export function diagnose(life: Life, about: Circumstances = {}): Diagnosis | undefined {
  return firstOf(RULES, life, { ...about, now: Math.max(life.since, life.lastSeen), silent: true })
}

/**
 * The diagnosis of a host that has failed, has been silent for longer than its phase allows, or shows by what it
 * does that it will not get on. Nothing for a host with which nothing is wrong.
 */
export function diagnoseStall(life: Life, now: number, about: Circumstances = {}): Diagnosis | undefined {
  if (life.phase === 'failed') return diagnose(life, about)
  const silent = isSilent(life, now)
  return firstOf(silent ? RULES : MOVING, life, { ...about, now, silent })
}

/** As one sentence. */
export function diagnosisText(life: Life, about: Circumstances = {}): string {
  if (life.phase === 'failed') return life.failure?.reason ?? 'it failed'
  const found = diagnose(life, about)
  return found ? sentenceOf(found) : 'nothing is wrong with it'
}

/** A diagnosis as one sentence. */
export function sentenceOf({ seen, cause, check }: Explanation): string {
  return `${seen}: ${cause}; ${check.join('; ')}`
}

/** Where the documentation explains a rule: a path from its root, with the section. */
export function diagnosisLink(rule: string): string {
  return `docs/guide/troubleshooting.md#${rule}`
}

const MOVING: readonly (Rule & { readonly id: RuleId })[] = RULES.filter(
  (rule) => 'evenMoving' in rule && rule.evenMoving,
)

function firstOf(
  rules: readonly (Rule & { readonly id: RuleId })[],
  life: Life,
  situation: Situation,
): Diagnosis | undefined {
  const stood = life.phase === 'failed' && life.failure ? { ...life, phase: life.failure.phase } : life
  for (const { id, explain } of rules) {
    const found = explain(stood, situation)
    if (found) return { rule: id, ...found }
  }
  return undefined
}

function isSilent(life: Life, now: number): boolean {
  const patience = PATIENCE_MS[life.phase]
  if (patience !== undefined) return silenceMs(life, now) >= patience
  if (life.phase !== 'defined') return false
  // Of a machine that people switch its firmware is heard first, if anything.
  const { netboot, armedAt, armedUntil = 0 } = life
  if (netboot?.answered) return now - netboot.at >= (PATIENCE_MS.firmware ?? 0)
  return armedAt !== undefined && armedUntil > now && now - armedAt >= ARMED_PATIENCE_MS
}
