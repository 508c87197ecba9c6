/** How long one round may take before the event loop looks after everybody else: scripts must not wait for downloads. */
const ROUND_MS = 0.1
/**
 * Bytes at most in one turn: all that the buffer of a connection takes (tcp_wmem of Linux). Once that is full the system
 * sends on by itself whenever the client has acknowledged something; with less than that most of it waits for the next turn.
 */
const TURN_BYTES = 4 * 1024 * 1024

/** Somebody who has bytes to send and a connection that takes some. */
export interface Turn {
  /** Sends up to so many bytes, without waiting for anything, and says how many. */
  take(allowedBytes: number): number
}

/** Who sends next: all that asked, one after the other, in rounds between which the event loop comes round. */
export interface Turns {
  /** Waits in line for one turn. */
  ask(turn: Turn): void
  /** True when there was a time since this was asked last at which it waited in line, not for the client or the disk. */
  wasHeldBack(): boolean
}

export interface TurnsOptions {
  readonly now?: () => number
  /** Calls back when the event loop has come round. */
  readonly nextRound?: (round: () => void) => void
}

export function createTurns(options: TurnsOptions = {}): Turns {
  const { now = () => performance.now(), nextRound = setImmediate } = options
  let waiting: Turn[] = []
  let isScheduled = false

  const schedule = (): void => {
    if (isScheduled) return
    isScheduled = true
    nextRound(round)
  }

  const round = (): void => {
    isScheduled = false
    const until = now() + ROUND_MS
    const line = waiting
    waiting = []
    let served = 0
    do line[served++]?.take(TURN_BYTES)
    while (served < line.length && now() < until)
    // Those who asked again during the round come after those who had no turn in it.
    if (served < line.length) waiting = [...line.slice(served), ...waiting]
    if (waiting.length > 0) schedule()
  }

  return {
    ask(turn) {
      waiting.push(turn)
      schedule()
    },
    // It moves on as fast as the machine can.
    wasHeldBack: () => false,
  }
}
