import { diagnose, diagnoseStall, sentenceOf, silenceMs } from '../domain/diagnosis/diagnosis.ts'
import type { Host } from '../domain/host.ts'
import { isLeftCutOff } from '../domain/life/cut-off.ts'
import { canBeRetried, isInstalling, type Life } from '../domain/life.ts'
import { isBefore } from '../domain/phase.ts'
import { overdue, type TimeLimits } from '../domain/phase-limits.ts'
import type { ReadyProbe } from '../domain/ready-probe.ts'
import type { FinishAction } from '../domain/user-data.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Machine, MachineDriver } from '../ports/machine-driver.ts'
import type { Prober } from '../ports/prober.ts'
import type { ScreenshotStore } from '../ports/screenshot-store.ts'
import type { Admission } from './admission.ts'
import type { HostBook } from './host-book.ts'
import { createWake } from './host-wake.ts'
import { keepScreenshot, watchPower } from './machine-watch.ts'
import { checkReady, type ReadyCheckDependencies } from './ready-check.ts'
import { typeChain } from './type-at-ipxe.ts'

export interface ProvisionDependencies {
  readonly book: HostBook
  readonly driver: Pick<MachineDriver, 'can'>
  readonly prober: Prober
  readonly screenshots: ScreenshotStore
  readonly clock: Clock
  readonly log: Log
  /** Places for hosts that install at the same time. */
  readonly admission: Admission
  /** For the readiness probe `palette`. */
  readonly registration?: ReadyCheckDependencies['registration'] | undefined
}

export interface ProvisionPlan {
  readonly host: Host
  readonly machine: Machine
  /** Hosts of one group share its limits. */
  readonly group?: string
  /** ISO that the machine boots as long as its disk is empty; absent where it boots by its network. */
  readonly mediaPath?: string
  /** What is typed after `chain` at stock iPXE's prompt, for hosts with boot `typed`. */
  readonly chainUrl: string
  readonly ready: ReadyProbe
  readonly localUiPort: number
  /** What of the user-data decides under which id the host registers in Palette. */
  readonly identity?: ReadyCheckDependencies['identity']
  /** What the installer does when it is done, by the user-data. */
  readonly finish: FinishAction
  readonly limits: TimeLimits
  /** A host that had failed before its installation began is tried again. */
  readonly retry: boolean
}

/** How often a host that is not ready yet is looked at. Everything else is driven by events. */
const TICK_MS = 2000
/** The same while it installs by itself, and only silence is looked for, which is told in minutes: these are hundreds at once. */
const CALM_TICK_MS = 5000
/** After the last hook of the installer Kairos waits five seconds before it acts; give it some more. */
const FINISH_GRACE_MS = 15_000
/** Silence after which a machine on its way to the installer is reset: slow ones boot a kernel for minutes. Milliseconds. */
const RESET_AFTER_MS = 300_000
/** Different answers of a probe that are noted of one host. */
const MAX_ANSWERS = 20
/** One run resets it so often. */
const MAX_RESETS = 2

/**
 * Drives one host from wherever it is to ready, and comes back when it is ready or has failed. Every step looks at
 * the life and the machine first and may be repeated, so that a killed process is followed by one that goes on.
 * Rejects only when the signal aborts or the store or hypervisor gives up; then the machine is left as it is, and so
 * is the place of the host among those that install.
 */
export async function provisionHost(
  plan: ProvisionPlan,
  dependencies: ProvisionDependencies,
  signal: AbortSignal,
): Promise<Life> {
  const { book, clock, log, admission } = dependencies
  const { machine, group } = plan
  const { name } = plan.host
  const end = new AbortController()
  const inside = AbortSignal.any([signal, end.signal])
  const wake = createWake(book, name)
  /** Waiting for a place is not the host's fault: its time begins when it is let in. */
  let begunAt: number | undefined
  let typing: Promise<void> | undefined
  let lastAnswer = ''
  /** What the probe has said of this boot from disk, so that each answer is noted once. */
  const answers = new Set<string>()
  let resets = 0
  const listensSince = clock.now()
  let told = { phase: 'defined', rules: new Set<string>() }

  const watching = watchPower(machine, dependencies, inside).catch((error: unknown) => wake.fail(error))
  try {
    if (plan.retry && canBeRetried(lifeOf())) await book.record(name, { type: 'host.retried', data: {} })
    if (lifeOf().phase !== 'defined') begunAt = clock.now()
    if (isInstalling(lifeOf())) admission.occupy(name, group)
    await wake.next(TICK_MS, clock, inside)
    for (;;) {
      const life = lifeOf()
      if (life.phase === 'ready' || life.phase === 'failed') admission.leave(name)
      if (life.phase === 'ready') return life
      if (life.phase === 'failed') {
        await keepScreenshot(machine, dependencies, 'failed', inside)
        return life
      }
      const late = overdue(life, plan.limits, begunAt ?? clock.now(), clock.now())
      if (late !== undefined) {
        const isNew = life.phase === 'disk-boot' && lastAnswer && !late.includes(lastAnswer)
        const reason = isNew ? `${late}; the probe says: ${lastAnswer}` : late
        await book.record(name, { type: 'host.failed', data: failure(life, reason) })
        continue
      }
      if (!isBefore(life.phase, 'installed')) admission.leave(name)
      await act(life)
      await noticeStall(life)
      await startOver(life)
      const isCalm = isInstalling(life) && life.phase !== 'starting'
      await wake.next(isCalm ? CALM_TICK_MS : TICK_MS, clock, inside)
    }
  } finally {
    end.abort(new Error('the host is done'))
    wake.close()
    await Promise.allSettled([watching, typing])
  }

  function lifeOf(): Life {
    const state = book.state(name)
    if (!state) throw new Error(`host ${name} left the book`)
    return state.life
  }

  async function act(life: Life): Promise<void> {
    switch (life.phase) {
      case 'defined':
        // A reinstallation begins with the installed system still running.
        if (life.power === 'on' && life.reinstall) return machine.power('off', inside)
        if (life.power !== 'off') return
        await admission.enter(name, group, inside)
        begunAt ??= clock.now()
        await machine.setMedia(plan.mediaPath, inside, { first: life.reinstall })
        await book.record(name, { type: 'machine.power', data: { state: 'starting', cause: 'asked' } })
        await machine.power('on', inside)
        return
      case 'starting':
        // Killed between the note and the deed, or the hypervisor lost the order.
        if (life.power === 'off' && clock.now() - life.since > TICK_MS) await machine.power('on', inside)
        return
      case 'firmware':
        if (plan.host.boot === 'typed') typing ??= typeIntoIpxe().catch((error: unknown) => wake.fail(error))
        return
      case 'installed':
        if (life.power === 'off') {
          await machine.setMedia(undefined, inside)
          await machine.power('on', inside)
        } else if (plan.finish === 'none' && clock.now() - lastStageAt(life) > FINISH_GRACE_MS) {
          log.info(
            { host: name },
            'the user-data neither powers off nor reboots; restarting the installed machine',
          )
          await machine.power('off', inside)
        }
        return
      case 'disk-boot':
        await proveReady(life)
        return
      default:
        return
    }
  }

  /** When the last hook has reported, or long after the installation if it never does. */
  function lastStageAt(life: Life): number {
    return life.stage === 'kairos-install.after' ? life.lastSeen : life.since + FINISH_GRACE_MS * 4
  }

  async function proveReady(life: Life): Promise<void> {
    const limit = AbortSignal.any([inside, AbortSignal.timeout(10_000)])
    const { probe, ok, detail, duplicate } = await checkReady(
      plan.ready,
      life,
      machine,
      { ...dependencies, localUiPort: plan.localUiPort, identity: plan.identity },
      limit,
    )
    lastAnswer = detail
    const isNews = ok || (!inside.aborted && !answers.has(detail) && answers.size < MAX_ANSWERS)
    if (!isNews) return log.debug({ host: name, probe, detail }, 'not ready yet')
    answers.add(detail)
    const data = { probe, ok, detail, ...(duplicate ? { duplicate } : {}) }
    await book.record(name, { type: 'probe.result', data })
  }

  function failure(life: Life, reason: string) {
    const rule = diagnose(life, plan.limits.about)?.rule
    return { phase: life.phase, reason, ...(rule ? { rule } : {}) }
  }

  async function typeIntoIpxe(): Promise<void> {
    await typeChain({
      machine,
      clock,
      log: log.child({ host: name }),
      url: plan.chainUrl,
      proof: (until) => wake.until(() => !isBefore(lifeOf().phase, 'script'), until),
      onScreenshot: async (png, why) => {
        const path = await dependencies.screenshots.save(name, png)
        await book.record(name, { type: 'console.screenshot', data: { path, why } })
      },
      signal: inside,
    })
  }

  /** Nothing was written to the disk of a host that hangs before its configuration: it may begin anew. */
  async function startOver(life: Life): Promise<void> {
    const canBegin = plan.host.spec && life.power === 'on' && isBefore(life.phase, 'config')
    if (!canBegin || life.phase === 'starting' || plan.host.boot === 'typed' || resets >= MAX_RESETS) return
    const now = clock.now()
    // While nobody listened, nothing could be heard.
    const silentMs = Math.min(silenceMs(life, now), now - listensSince)
    if (silentMs < RESET_AFTER_MS && !isLeftCutOff(life, now)) return
    resets += 1
    log.warn({ host: name, phase: life.phase, resets }, 'a stalled machine is reset')
    await machine.power('reset', inside)
    await book.record(name, { type: 'machine.power', data: { state: 'on', cause: 'reset' } })
  }

  async function noticeStall(life: Life): Promise<void> {
    if (told.phase !== life.phase) told = { phase: life.phase, rules: new Set() }
    const now = clock.now()
    const found = diagnoseStall(life, now, plan.limits.about)
    if (!found || told.rules.has(found.rule)) return
    told.rules.add(found.rule)
    await keepScreenshot(machine, dependencies, `stalled in phase ${life.phase}`, inside)
    const { rule } = found
    const data = { phase: life.phase, forMs: silenceMs(life, now), diagnosis: sentenceOf(found), rule }
    await book.record(name, { type: 'host.stalled', data })
  }
}
