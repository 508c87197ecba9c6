import { formatDuration } from '../domain/duration.ts'
import { type EdgeHostId, edgeHostIds, type PaletteIdentity, whyUnpredictable } from '../domain/palette.ts'
import { type EdgeHostRecord, judgeEdgeHost, type PaletteTroubleAnswer } from '../domain/palette-answer.ts'
import {
  closeBucket,
  fullBucket,
  jitter,
  PALETTE_RATE,
  REGISTRATION_PACE,
  takeCall,
} from '../domain/palette-pace.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { PaletteRegistry } from '../ports/palette-registry.ts'
import type { Random } from '../ports/random.ts'

/** What tells a host's id in Palette. */
export interface RegistrationHost extends PaletteIdentity {
  readonly name: string
}

/** How a host stands in Palette. `reason` is a sentence that stays the same as long as nothing changes. */
export interface RegistrationVerdict {
  readonly ok: boolean
  readonly reason: string
  /** An edge host from before the installation stands in its way. */
  readonly duplicate?: boolean
}

/** What a person should see to before the installation, each a sentence. */
export interface RegistrationWarnings {
  readonly warnings: readonly string[]
  /** Palette gave no usable answer; the warnings say why, and other hosts would fare no better now. */
  readonly trouble: boolean
}

/** All hosts of one Palette share one of these, and with it the rate limit. */
export interface RegistrationCheck {
  /**
   * Before the installation: whether the project exists and the host's id is free. Forgets what was seen of the
   * host before. Rejects only with the reason of the signal.
   */
  checkBefore(host: RegistrationHost, signal: AbortSignal): Promise<RegistrationWarnings>
  /**
   * One look, for callers with a loop of their own: asks Palette when it is this host's turn, and otherwise repeats
   * what it saw last. `since`: when the host booted from its disk, epoch milliseconds.
   */
  look(host: RegistrationHost, since: number, signal: AbortSignal): Promise<RegistrationVerdict>
  /**
   * Asks until the host is registered and healthy, or until `timeoutMs` have passed: then `ok` is false. Rejects
   * only with the reason of the signal.
   */
  waitRegistered(host: RegistrationHost, signal: AbortSignal): Promise<RegistrationVerdict>
  /** What was seen of the host last, for its diagnosis. */
  lastSeen(name: string): string | undefined
}

export interface RegistrationDependencies {
  readonly registry: PaletteRegistry
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

export interface RegistrationOptions {
  readonly initialDelayMs?: number
  readonly intervalMs?: number
  readonly timeoutMs?: number
  readonly rate?: { readonly perSecond: number; readonly burst: number }
}

/** What is remembered of one host between looks. */
interface Watch {
  readonly since: number
  nextAt: number
  turn: number
  verdict: RegistrationVerdict
  /** The id it was found under. */
  id?: EdgeHostId
}

/** When Palette says "too many" without saying for how long. Milliseconds. */
const THROTTLED_MS = 10_000

/** Follows hosts into Palette, with the intervals and the rate limit of domain/palette-pace.ts. */
export function createRegistrationCheck(
  { registry, clock, random, log }: RegistrationDependencies,
  options: RegistrationOptions = {},
): RegistrationCheck {
  const pace = { ...REGISTRATION_PACE, ...options }
  const rate = options.rate ?? PALETTE_RATE
  const watches = new Map<string, Watch>()
  /** Records that were there, paired and healthy, before the installation: they prove nothing after it. */
  const stale = new Map<string, EdgeHostRecord>()
  /** One project for all hosts, so it is asked for once. */
  let projectAnswer: 'found' | 'not-found' | 'not-asked' | undefined
  let bucket = fullBucket(rate, clock.now())

  return {
    checkBefore: async (host, signal) => {
      watches.delete(host.name)
      const project = await checkProject(signal)
      if (project.trouble) return project
      const { warnings, trouble } = await checkDuplicates(host, signal)
      return { warnings: [...project.warnings, ...warnings], trouble }
    },
    look,
    waitRegistered: async (host, signal) => {
      if (edgeHostIds(host).length === 0) return { ok: false, reason: unpredictable(host) }
      const since = clock.now()
      const deadline = since + pace.timeoutMs
      for (;;) {
        const verdict = await look(host, since, signal)
        const now = clock.now()
        if (verdict.ok) return verdict
        if (now >= deadline) return { ok: false, reason: tooLate(verdict) }
        const next = Math.min(watchOf(host, since).nextAt, deadline)
        await clock.sleep(Math.max(1, next - now), signal)
      }
    },
    lastSeen: (name) => watches.get(name)?.verdict.reason,
  }

  /** Takes a call out of everybody's bucket, or says how long there is none, in milliseconds. */
  function take(): number {
    const taken = takeCall(bucket, rate, clock.now())
    bucket = taken.bucket
    return taken.waitMs
  }

  async function turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    for (let waitMs = take(); waitMs > 0; waitMs = take()) await clock.sleep(waitMs, signal)
  }

  /** Palette's wish to be left alone holds for all hosts, for it counts by address. */
  function heed({ trouble, retryAfterMs }: PaletteTroubleAnswer): void {
    const waitMs = retryAfterMs ?? (trouble === 'throttled' ? THROTTLED_MS : 0)
    if (waitMs > 0) bucket = closeBucket(bucket, clock.now() + waitMs)
  }

  function watchOf(host: RegistrationHost, since: number): Watch {
    const known = watches.get(host.name)
    if (known?.since === since) return known
    const verdict = { ok: false, reason: 'Palette has not been asked for it yet' }
    const watch: Watch = { since, nextAt: since + spread(pace.initialDelayMs), turn: 0, verdict }
    watches.set(host.name, watch)
    return watch
  }

  function spread(ms: number): number {
    return jitter(ms, random.bytes(1)[0] ?? 0)
  }

  async function look(
    host: RegistrationHost,
    since: number,
    signal: AbortSignal,
  ): Promise<RegistrationVerdict> {
    signal.throwIfAborted()
    const ids = edgeHostIds(host)
    if (ids.length === 0) return { ok: false, reason: unpredictable(host) }
    const watch = watchOf(host, since)
    if (watch.verdict.ok || clock.now() < watch.nextAt) return watch.verdict
    const waitMs = take()
    if (waitMs > 0) {
      watch.nextAt = clock.now() + waitMs + (random.bytes(1)[0] ?? 0)
      return watch.verdict
    }
    // One id for each look: both orders of the UUID at once would double the calls for nothing.
    const id = watch.id ?? ids[watch.turn++ % ids.length]
    if (id === undefined) return watch.verdict
    watch.nextAt = clock.now() + spread(pace.intervalMs)
    const verdict = await ask(ids, id, watch, signal)
    if (verdict.reason !== watch.verdict.reason) {
      log.debug({ host: host.name, edgeHost: id, seen: verdict.reason }, 'asked Palette for a host')
    }
    watch.verdict = verdict
    return verdict
  }

  async function ask(
    ids: readonly EdgeHostId[],
    id: EdgeHostId,
    watch: Watch,
    signal: AbortSignal,
  ): Promise<RegistrationVerdict> {
    const answer = await registry.edgeHost(id, signal)
    if (answer.kind === 'trouble') {
      heed(answer)
      return { ok: false, reason: answer.detail }
    }
    if (answer.kind === 'not-found') {
      stale.delete(id)
      delete watch.id
      return { ok: false, reason: absent(ids) }
    }
    watch.id = id
    const { ready, healthy, reason } = judgeEdgeHost(answer)
    if (!ready || !healthy || isRenewed(answer.record, id)) stale.delete(id)
    if (stale.has(id)) return { ok: false, reason: stillTheOld(id), duplicate: true }
    return { ok: ready && healthy, reason: `edge host ${id}: ${reason}` }
  }

  function isRenewed({ createdAt }: EdgeHostRecord, id: EdgeHostId): boolean {
    return createdAt !== stale.get(id)?.createdAt
  }

  async function checkProject(signal: AbortSignal): Promise<RegistrationWarnings> {
    if (!projectAnswer) {
      await turn(signal)
      const answer = (await registry.project(signal)) ?? { kind: 'not-asked' }
      if (answer.kind === 'trouble') {
        heed(answer)
        return { warnings: [answer.detail], trouble: true }
      }
      projectAnswer = answer.kind
    }
    if (projectAnswer !== 'not-found') return { warnings: [], trouble: false }
    const warning =
      `there is no such project in Palette (${registry.description}): hosts sent to it never appear anywhere; ` +
      'correct --palette-project, and projectName or the token in the user-data'
    return { warnings: [warning], trouble: false }
  }

  async function checkDuplicates(host: RegistrationHost, signal: AbortSignal): Promise<RegistrationWarnings> {
    const ids = edgeHostIds(host)
    if (ids.length === 0) return { warnings: [`${host.name}: ${unpredictable(host)}`], trouble: false }
    const warnings: string[] = []
    for (const id of ids) {
      await turn(signal)
      const answer = await registry.edgeHost(id, signal)
      if (answer.kind === 'trouble') {
        heed(answer)
        return { warnings: [...warnings, answer.detail], trouble: true }
      }
      if (answer.kind === 'not-found') continue
      const { ready, healthy, reason } = judgeEdgeHost(answer)
      // A record that waits for its machine was made on purpose.
      if (answer.record.state === 'unpaired') continue
      if (ready && healthy) stale.set(id, answer.record)
      warnings.push(
        `${host.name}: ${reason}, under the id ${id} it will register with; the registration fails as a duplicate ` +
          'until that edge host is deleted in Palette',
      )
    }
    return { warnings, trouble: false }
  }

  function tooLate({ reason }: RegistrationVerdict): string {
    return `not registered and healthy within ${formatDuration(pace.timeoutMs)}; last seen: ${reason}`
  }

  function absent(ids: readonly EdgeHostId[]): string {
    return (
      `no edge host ${ids.join(' or ')} in Palette (${registry.description}) yet: it has not got that far, or its ` +
      'token, its project or its way to Palette is wrong'
    )
  }

  function stillTheOld(id: EdgeHostId): string {
    return (
      `edge host ${id} in Palette is still the one from before the installation; delete it there, so that the ` +
      'host can register'
    )
  }
}

function unpredictable(host: RegistrationHost): string {
  return `its id in Palette cannot be told beforehand (${whyUnpredictable(host)}), so its registration cannot be followed`
}
