import type { BootRecord, BootRecords, BootStep } from '../../../../src/contract/boots.ts'
import type { HostView } from '../../../../src/contract/hosts.ts'
import { ARTIFACT_ROLES } from '../../../../src/domain/artifact.ts'
import { PHASES, type Phase } from '../../../../src/domain/phase.ts'
import { bytesInWords, durationInWords } from '../../ui/words.ts'

/** One phase of the boot as it is drawn. */
export interface ShownStep {
  readonly phase: Phase
  readonly state: 'done' | 'now' | 'to-come'
  /** When it began, epoch milliseconds; missing for what is to come. */
  readonly at?: number
  /** Milliseconds; missing for what is to come. */
  readonly durationMs?: number
  /** What it usually takes, milliseconds. */
  readonly usualMs?: number
  /** Bytes downloaded in it. */
  readonly bytes?: number
  readonly total?: number
  /** Bytes per second of the download, under way or over; known of the newest boot. */
  readonly rate?: number
  /** Beside the usual time, in words. */
  readonly comparison?: string
  /** Beside the usual amount, in words; all attempts count. */
  readonly sentComparison?: string
}

/** The way of every host; what follows is the end. */
const WAY = PHASES.filter((phase) => phase !== 'defined' && phase !== 'failed')

/** A difference below that is no news. */
const TELLING = { ratio: 1.25, ms: 2000 }

/** The newest boot, phase by phase, moved on by what the list of hosts knows now. */
export function stepsOf(
  boot: BootRecord | undefined,
  usual: BootRecords['usual'],
  live: HostView | undefined,
  now: number,
): readonly ShownStep[] {
  const taken = new Map<Phase, BootStep>()
  for (const step of boot?.steps ?? []) taken.set(step.phase, added(taken.get(step.phase), step))
  const isRunning = boot?.outcome === 'running'
  const current = isRunning ? (live?.phase ?? boot?.steps.at(-1)?.phase) : undefined
  const last = isRunning ? undefined : boot?.steps.at(-1)?.phase
  return WAY.filter((phase) => taken.has(phase) || isAhead(phase, current, last)).map((phase) => {
    const step = taken.get(phase)
    const isNow = phase === current
    const since = isNow && live?.phase === phase ? live.since : step?.at
    const durationMs =
      isNow && since !== undefined ? Math.max(0, now - since) : (step?.durationMs ?? untilLive(step, live))
    const usualMs = usual[phase]?.durationMs
    const isPast = step !== undefined && !isNow
    return {
      phase,
      state: isNow ? 'now' : isPast ? 'done' : 'to-come',
      ...(since === undefined ? {} : { at: since }),
      ...(durationMs === undefined ? {} : { durationMs }),
      ...(usualMs === undefined ? {} : { usualMs }),
      ...transferOf(phase, step, live),
      ...sentBeside(step?.bytes, usual[phase]?.bytes),
      ...(durationMs === undefined || usualMs === undefined ? {} : comparedWith(durationMs, usualMs, isPast)),
    }
  })
}

/** How long a step took that the record does not know to be over yet, when the host is in the one after it. */
function untilLive(step: BootStep | undefined, live: HostView | undefined): number | undefined {
  if (!step || !live) return undefined
  const isNext = PHASES.indexOf(live.phase) === PHASES.indexOf(step.phase) + 1
  return isNext && live.phase !== 'failed' && live.since >= step.at ? live.since - step.at : undefined
}

/** Where the same phase comes twice (a second start from the disk), its times are summed up. */
function added(before: BootStep | undefined, step: BootStep): BootStep {
  if (!before) return step
  const { durationMs: _, ...rest } = { ...step, at: before.at }
  const sum = before.durationMs === undefined ? undefined : before.durationMs + (step.durationMs ?? 0)
  return sum === undefined ? rest : { ...rest, durationMs: sum }
}

function isAhead(phase: Phase, current: Phase | undefined, last: Phase | undefined): boolean {
  if (last !== undefined) return false
  return current === undefined || PHASES.indexOf(phase) >= PHASES.indexOf(current)
}

function transferOf(
  phase: Phase,
  step: BootStep | undefined,
  live: HostView | undefined,
): Pick<ShownStep, 'bytes' | 'total' | 'rate'> {
  const role = ARTIFACT_ROLES.find((one) => one === phase)
  const transfer = role && live?.transfers[role]
  if (transfer) {
    const { bytes, total, rate } = transfer
    return { bytes, total, ...(rate > 0 ? { rate } : {}) }
  }
  return {
    ...(step?.bytes === undefined ? {} : { bytes: step.bytes }),
    ...(step?.total === undefined ? {} : { total: step.total }),
  }
}

/** Downloads that began anew were sent more than others. */
function sentBeside(
  bytes: number | undefined,
  usual: number | undefined,
): { readonly sentComparison?: string } {
  if (bytes === undefined || usual === undefined || bytes <= usual * TELLING.ratio) return {}
  return { sentComparison: `${bytesInWords(bytes)} with all attempts, usually ${bytesInWords(usual)}` }
}

function comparedWith(
  durationMs: number,
  usualMs: number,
  isOver: boolean,
): { readonly comparison?: string } {
  const difference = Math.abs(durationMs - usualMs)
  if (difference < TELLING.ms) return {}
  if (durationMs > usualMs * TELLING.ratio) {
    return { comparison: `${durationInWords(difference)} longer than usual` }
  }
  if (isOver && durationMs * TELLING.ratio < usualMs) {
    return { comparison: `${durationInWords(difference)} shorter than usual` }
  }
  return {}
}
