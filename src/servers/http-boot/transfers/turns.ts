/** How long one round may take before the event loop looks after everybody else: scripts must not wait for downloads. */
const ROUND_MS = 0.1
/** The same when nobody came for a while: to come round costs as much as to send a megabyte. */
const QUIET_ROUND_MS = 2
/** Whoever comes asks for more soon, or is not answered yet. */
const QUIET_AFTER_MS = 100
/**
 * Bytes at most in one turn: all that the buffer of a connection takes (tcp_wmem of Linux). Once that is full the system
 * sends on by itself whenever the client has acknowledged something; with less than that most of it waits for the next turn.
 */
const TURN_BYTES = 4 * 1024 * 1024
/** For how long rounds give way at most: with requests that never cease, whoever sends them, downloads still go on. */
const PATIENCE_MS = 10
/** What downloads get of the time in which they gave way. */
const SHARE = 0.2

/** Somebody who has bytes to send and a connection that takes some. */
export interface Turn {
  /** Sends up to so many bytes, without waiting for anything, and says how many. */
  take(allowedBytes: number): number
}

/** Who sends next: all that asked, one after the other. */
export interface Turns {
  /** Waits in line for one turn. */
  ask(turn: Turn): void
  /** True when there was a time since this was asked last at which it waited in line, not for the client or the disk. */
  wasHeldBack(): boolean
}

/** Turns in rounds between which the event loop comes round, and which let everybody else go first. */
export interface Rounds extends Turns {
  /** Waits in line for whatever a download begins with; the round ends with it. */
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
  let waiting: Turn[] = []
  let isScheduled = false
  let isOver = false
  let hasSomebodyCome = false
  /** Since when rounds give way one after the other. */
  let gaveWayAt: number | undefined
  let quietFrom = 0

  const ask = (turn: Turn): void => {
    waiting.push(turn)
    schedule()
  }

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
    if (waiting.length > 0) schedule()
  }

  const serve = (began: number): void => {
    const roundMs = began < quietFrom ? ROUND_MS : QUIET_ROUND_MS
    const until = began + Math.max(roundMs, SHARE * (began - (gaveWayAt ?? began)))
    gaveWayAt = undefined
    const line = waiting
    waiting = []
    isOver = false
    let served = 0
    do line[served++]?.take(TURN_BYTES)
    while (served < line.length && !isOver && now() < until)
    // Those who asked again during the round come after those who had no turn in it.
    if (served < line.length) waiting = [...line.slice(served), ...waiting]
  }

  return {
    ask,
    // It moves on as fast as the machine can, but for the milliseconds in which it gives way.
    wasHeldBack: () => false,
    begin: () =>
      new Promise((resolve) => {
        const take = (): number => {
          // What waited for it runs when the round is over, and takes longer than any turn.
          isOver = true
          resolve()
          return 0
        }
        ask({ take })
      }),
    giveWay() {
      hasSomebodyCome = true
    },
  }
}
