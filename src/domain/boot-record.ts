import { ARTIFACT_ROLES, type ArtifactRole } from './artifact.ts'
import type { HostEvent } from './event.ts'
import { advance, type Life, newLife } from './life.ts'
import type { BootId } from './opaque-id.ts'
import { isBefore, type Phase } from './phase.ts'

/** One phase of one boot. Times are epoch milliseconds. */
export interface BootStep {
  readonly phase: Phase
  readonly at: number
  /** Absent for the phase it is in, or came to. */
  readonly durationMs?: number
  /** What was sent to it, all attempts together; for the phases of a download. */
  readonly bytes?: number
  /** Size of what is downloaded. */
  readonly total?: number
}

/**
 * One boot of a host, from its power-on or its script to whatever it came to. `given-up`: the next one began before
 * this one came to anything, or its machine was switched off before it had its configuration.
 */
export interface BootRecord {
  /** Absent for a boot that was handed no installer. */
  readonly bootId?: BootId
  readonly startedAt: number
  readonly endedAt?: number
  readonly outcome: 'running' | 'ready' | 'failed' | 'given-up'
  /** Why it failed. */
  readonly reason?: string
  /** In order of time. Phases only go forward, except from `disk-boot` to `installed` when it is switched off. */
  readonly steps: readonly BootStep[]
}

/** What hosts usually take for a phase: medians. */
export interface UsualStep {
  readonly durationMs: number
  readonly bytes?: number
  /** How many hosts it was learnt from. */
  readonly hosts: number
}

/** A record that is still written. */
interface Draft {
  bootId?: BootId | undefined
  endedAt?: number | undefined
  outcome: BootRecord['outcome']
  reason?: string | undefined
  readonly steps: { readonly phase: Phase; readonly at: number }[]
  readonly sent: Partial<Record<ArtifactRole, { bytes: number; total: number; open: number }>>
}

/**
 * The newest `limit` boots that the events of a host amount to, oldest first. `present` is its life as it is now: of a
 * download under way no kept event says how far it is.
 */
export function bootRecords(
  createdAt: number,
  events: readonly HostEvent[],
  present: Pick<Life, 'bootId' | 'transfers'>,
  limit: number,
): readonly BootRecord[] {
  const drafts: Draft[] = []
  const write = createWriter((draft) => {
    drafts.push(draft)
    if (drafts.length > limit) drafts.shift()
  })
  let life = newLife(createdAt)
  for (const event of events) {
    const next = advance(life, event)
    count(event, drafts)
    if (!next) continue
    if (life.phase === 'failed' && next.phase !== 'failed' && next.phase !== 'defined') write.goOn()
    if (event.type === 'script.served' && event.data.action === 'install') write.script(event)
    else {
      for (const { phase, at } of next.history.slice(life.history.length)) {
        write.enter(phase, at, next.failure?.reason)
      }
    }
    life = next
  }
  return drafts.map((draft) => recordOf(draft, present))
}

/** The last boot of a life that came to ready, from memory alone. */
export function lastCompleteBoot({
  history,
  phase: now,
  transfers,
}: Pick<Life, 'history' | 'phase' | 'transfers'>): BootRecord | undefined {
  const end = history.findLastIndex(({ phase }) => phase === 'ready')
  if (end < 0) return undefined
  const begin = history.findLastIndex(({ phase }, index) => phase === 'defined' && index < end)
  let last: Draft | undefined
  const write = createWriter((draft) => {
    last = draft
  })
  let before: Phase | undefined
  for (const { phase, at } of history.slice(begin + 1, end + 1)) {
    if (before === 'failed') write.goOn()
    write.enter(phase, at)
    before = phase
  }
  if (!last) return undefined
  // What was transferred is that of the boot it has now.
  if (now === 'ready') {
    for (const role of ARTIFACT_ROLES) {
      const transfer = transfers[role]
      if (transfer) last.sent[role] = { bytes: transfer.bytes, total: transfer.total, open: 0 }
    }
  }
  return recordOf(last, { transfers: {} })
}

/** Medians per phase over boots of several hosts. */
export function usualSteps(
  boots: readonly Pick<BootRecord, 'steps'>[],
): Readonly<Partial<Record<Phase, UsualStep>>> {
  const seen = new Map<Phase, { readonly durations: number[]; readonly bytes: number[] }>()
  for (const { steps } of boots) {
    for (const [phase, same] of Map.groupBy(steps, (step) => step.phase)) {
      const durations = same.flatMap(({ durationMs }) => (durationMs === undefined ? [] : [durationMs]))
      if (durations.length === 0) continue
      const of = seen.get(phase) ?? { durations: [], bytes: [] }
      seen.set(phase, of)
      of.durations.push(sum(durations))
      of.bytes.push(...same.flatMap(({ bytes }) => (bytes === undefined ? [] : [bytes])))
    }
  }
  const usual = [...seen].map(([phase, { durations, bytes }]) => {
    const step: UsualStep = {
      durationMs: median(durations),
      ...(bytes.length > 0 ? { bytes: median(bytes) } : {}),
      hosts: durations.length,
    }
    return [phase, step] as const
  })
  return Object.fromEntries(usual)
}

/** Parts phases that are entered one after the other into boots; `begun` is told each. */
function createWriter(begun: (draft: Draft) => void) {
  let current: Draft | undefined
  const begin = (): Draft => {
    current = { outcome: 'running', steps: [], sent: {} }
    begun(current)
    return current
  }
  function close(outcome: BootRecord['outcome'], at: number): void {
    if (current?.outcome !== 'running') return
    current.outcome = outcome
    current.endedAt = notBefore(current, at)
  }

  return {
    enter(phase: Phase, at: number, reason?: string): void {
      if (phase === 'defined') {
        close('given-up', at)
        current = undefined
        return
      }
      // What fails before it is begun, because its machine cannot be made, is no boot.
      if (!current && phase === 'failed') return
      if (current?.outcome !== 'running' || goesBack(current, phase)) {
        close('given-up', at)
        current = begin()
      }
      current.steps.push({ phase, at: notBefore(current, at) })
      if (phase !== 'ready' && phase !== 'failed') return
      close(phase, at)
      if (phase === 'failed' && reason !== undefined) current.reason = reason
    },
    /** It was handed the installer: once more in one boot is another boot. */
    script({ bootId, time }: Extract<HostEvent, { type: 'script.served' }>): void {
      const phase = current?.steps.at(-1)?.phase
      const isFirst = current?.outcome === 'running' && current.bootId === undefined
      const isSame = isFirst && phase !== undefined && !isBefore('script', phase)
      if (!isSame) close('given-up', time)
      const draft = isSame && current ? current : begin()
      if (draft.steps.at(-1)?.phase !== 'script')
        draft.steps.push({ phase: 'script', at: notBefore(draft, time) })
      draft.bootId = bootId
    },
    /** It had been given up and goes on after all, where it stood. */
    goOn(): void {
      if (current?.outcome !== 'failed') return
      current.outcome = 'running'
      current.endedAt = undefined
      current.reason = undefined
      current.steps.pop()
    },
  }
}

function goesBack({ steps }: Draft, phase: Phase): boolean {
  const last = steps.at(-1)?.phase
  if (last === undefined || (last === 'disk-boot' && phase === 'installed')) return false
  return isBefore(phase, last)
}

/** Clocks are set back sometimes; nothing takes less than no time. */
function notBefore({ steps }: Draft, at: number): number {
  return Math.max(at, steps.at(-1)?.at ?? at)
}

/** Bytes belong to the boot that asked for them, also when they end after the next has begun. */
function count(event: HostEvent, drafts: readonly Draft[]): void {
  if (!isTransfer(event)) return
  const draft = drafts.findLast(({ bootId }) => bootId === event.bootId)
  if (!draft) return
  const { role, bytes, total } = event.data
  const sent = draft.sent[role] ?? { bytes: 0, total, open: 0 }
  draft.sent[role] = sent
  sent.total = total
  if (event.type === 'artifact.started') sent.open += 1
  if (event.type === 'artifact.started' || event.type === 'artifact.progress') return
  sent.open = Math.max(0, sent.open - 1)
  sent.bytes += Math.max(0, bytes)
}

type TransferEvent = Extract<HostEvent, { type: `artifact.${string}` }>

function isTransfer(event: HostEvent): event is TransferEvent {
  return event.type.startsWith('artifact.')
}

function recordOf(draft: Draft, present: Pick<Life, 'bootId' | 'transfers'>): BootRecord {
  const { bootId, endedAt, outcome, reason, steps } = draft
  const isPresent = outcome === 'running' && bootId === present.bootId
  return {
    ...(bootId === undefined ? {} : { bootId }),
    startedAt: steps[0]?.at ?? 0,
    ...(endedAt === undefined ? {} : { endedAt }),
    outcome,
    ...(reason === undefined ? {} : { reason }),
    steps: steps.map(({ phase, at }, index) => {
      const isLast = index === steps.length - 1
      const isEnd = phase === 'ready' || phase === 'failed'
      const until = isLast && isEnd ? undefined : (steps[index + 1]?.at ?? endedAt)
      return {
        phase,
        at,
        ...(until === undefined ? {} : { durationMs: until - at }),
        ...bytesOf(phase, draft, isPresent ? present.transfers : {}),
      }
    }),
  }
}

function bytesOf(
  phase: Phase,
  { sent }: Draft,
  underWay: Life['transfers'],
): Pick<BootStep, 'bytes' | 'total'> {
  const role = ARTIFACT_ROLES.find((one) => one === phase)
  const known = role && sent[role]
  if (!known) return {}
  const more = known.open > 0 ? (underWay[role]?.bytes ?? 0) : 0
  return { bytes: known.bytes + more, total: known.total }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0)
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
  return Math.round((lower + upper) / 2)
}
