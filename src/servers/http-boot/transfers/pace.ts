import { createPacer, type Grant } from '../../../domain/pacing/pacer.ts'
import type { Pacing } from '../../../domain/pacing/pacing.ts'
import type { Turn, Turns } from './turns.ts'

/** What a transfer gets of the budget at a time: on a slow link everybody else waits for as long as that takes. */
export const GRANT_BYTES = 512 * 1024
/** What ends where a page of memory does costs the system less to send. */
const PAGE_BYTES = 4096

/** The turns of one transfer, as its host and the budget allow. Disposed when the transfer is over. */
export type Place = Turns & Disposable

/** One line for all transfers that share a link, of however many listeners. */
export interface Pace {
  /** Urgent is what firmware waits for, which is not as patient as an operating system, and whose phases are short. */
  join(host: string, isUrgent: boolean): Place
}

export interface PaceOptions {
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number
  /** Calls back when the event loop has come round. */
  readonly nextRound?: (round: () => void) => void
  /** Calls back after so many milliseconds, unless what it returns is called before. */
  readonly wakeAfter?: (ms: number, wake: () => void) => () => void
}

/**
 * Lets transfers send within a budget. One has its turn each time the event loop comes round: whoever sent can then ask
 * again before another one is looked for, and so the first in line keeps being the first.
 */
export function createPace(pacing: Pacing, options: PaceOptions = {}): Pace {
  const { now = () => performance.now(), nextRound = setImmediate, wakeAfter = wakeByTimer } = options
  const pacer = createPacer<Place>(pacing)
  const asking = new Map<Place, Turn>()
  let isScheduled = false
  let sleepOn: (() => void) | undefined

  const schedule = (): void => {
    if (isScheduled) return
    isScheduled = true
    nextRound(round)
  }

  const round = (): void => {
    isScheduled = false
    sleepOn?.()
    sleepOn = undefined
    const grant = pacer.next(now())
    if (grant) {
      serve(grant)
      schedule()
    } else {
      const waitMs = pacer.waitMs(now())
      if (waitMs !== undefined) sleepOn = wakeAfter(waitMs, schedule)
    }
  }

  const serve = ({ key: place, bytes }: Grant<Place>): void => {
    const turn = asking.get(place)
    asking.delete(place)
    const sent = turn?.take(bytes > PAGE_BYTES ? bytes - (bytes % PAGE_BYTES) : bytes) ?? 0
    if (sent < bytes) pacer.giveBack(place, bytes - sent)
  }

  return {
    join(host, isUrgent) {
      let hasAsked = false
      const place: Place = {
        ask(turn) {
          hasAsked = true
          asking.set(place, turn)
          pacer.want(place, GRANT_BYTES)
          schedule()
        },
        wasHeldBack() {
          const wasInLine = hasAsked
          hasAsked = asking.has(place)
          return wasInLine
        },
        [Symbol.dispose]() {
          asking.delete(place)
          pacer.end(place, now())
          // It may have been the one that all others waited for.
          if (asking.size > 0) schedule()
        },
      }
      pacer.begin(place, host, now(), isUrgent)
      return place
    },
  }
}

function wakeByTimer(ms: number, wake: () => void): () => void {
  const timer = setTimeout(wake, ms)
  return () => clearTimeout(timer)
}
