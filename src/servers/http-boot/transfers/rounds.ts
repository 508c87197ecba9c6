import { createLine } from './line.ts'
import type { Turns } from './turns.ts'

/** How long one round may take before the event loop looks after everybody else: scripts must not wait for downloads. */
const ROUND_MS = 0.1
/** The same when nobody came for a while: to come round costs as much as to send a megabyte. */
const QUIET_ROUND_MS = 2
/** Whoever comes asks for more soon, or is not answered yet. */
const QUIET_AFTER_MS = 100
/** For how long rounds give way at most: with requests that never cease, whoever sends them, downloads still go on. */
const PATIENCE_MS = 10
/** What downloads get of the time in which they gave way. */
const SHARE = 0.2

/** Turns in rounds between which the event loop comes round, and which let everybody else go first. */
export interface Rounds extends Turns {
  /** Waits for whatever a download begins with: one does at the end of each round that does not give way. */
  begin(): Promise<void>
  /** Somebody came, and what was asked for is not known yet, or not answered: the next round is left to that. */
  giveWay(): void
}

export interface RoundsOptions {
  readonly now?: () => number
  /** Calls back when the event loop has come round. */
  readonly nextRound?: (round: () => void) => void
}

export function createRounds(options: RoundsOptions = {}): Rounds {
  const { now = () => performance.now(), nextRound = setImmediate } = options
  const line = createLine()
  const beginning: (() => void)[] = []
  let isScheduled = false
  let hasSomebodyCome = false
  /** Since when rounds give way one after the other. */
  let gaveWayAt: number | undefined
  let quietFrom = 0

  const schedule = (): void => {
    if (isScheduled) return
    isScheduled = true
    nextRound(round)
  }

  const round = (): void => {
    isScheduled = false
    const began = now()
    const givesWay = hasSomebodyCome && began - (gaveWayAt ?? began) < PATIENCE_MS
    if (hasSomebodyCome) quietFrom = began + QUIET_AFTER_MS
    hasSomebodyCome = false
    if (givesWay) gaveWayAt ??= began
    else serve(began)
    if (beginning.length > 0 || !line.isEmpty()) schedule()
  }

  const serve = (began: number): void => {
    const roundMs = began < quietFrom ? ROUND_MS : QUIET_ROUND_MS
    const until = began + Math.max(roundMs, SHARE * (began - (gaveWayAt ?? began)))
    gaveWayAt = undefined
    line.serve(() => now() < until)
    // What waited for it runs when the round is over, and takes longer than any turn.
    beginning.shift()?.()
  }

  return {
    ask(turn) {
      line.ask(turn)
      schedule()
    },
    // It moves on as fast as the machine can, but for the milliseconds in which it gives way.
    wasHeldBack: () => false,
    begin: () =>
      new Promise((resolve) => {
        beginning.push(resolve)
        schedule()
      }),
    giveWay() {
      hasSomebodyCome = true
    },
  }
}
