/** How long one round may take before the event loop looks after everybody else: scripts must not wait for downloads. */
const ROUND_MS = 0.1
/** Bytes at most in one turn: large enough that the call counts for little, small enough not to be a long round by itself. */
export const TURN_BYTES = 512 * 1024
/**
 * Turns that one connection has before the next. They fill half the buffer that the system gives it at most (4 MiB, tcp_wmem of
 * tcp(7)); from a buffer with that much in it the system sends on by itself as the client acknowledges, which costs this process
 * nothing. With more of them some clients are through long before others.
 */
const TURNS_IN_A_ROW = 4

/** Somebody who has bytes to send and a connection that takes some. */
export interface Turn {
  /** Sends up to so many bytes, without waiting for anything, and says how many. */
  take(allowedBytes: number): number
}

/** Who sends next: all that asked, one after the other, in rounds between which the event loop comes round. */
export interface Turns {
  /** Waits in line for one turn. Who asks again while having it keeps the place for some more. */
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
  /** Turns that the first in line has had so far. */
  let inRow = 0

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
    for (let turn = line[0]; turn !== undefined; turn = now() < until ? line[served] : undefined) {
      turn.take(TURN_BYTES)
      inRow += 1
      const isGoingOn = inRow < TURNS_IN_A_ROW && waiting.at(-1) === turn
      if (isGoingOn) {
        waiting.pop()
      } else {
        served += 1
        inRow = 0
      }
    }
    // Who has had all of them comes after those who had none in this round.
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
