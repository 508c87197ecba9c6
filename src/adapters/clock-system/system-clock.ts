import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../ports/clock.ts'

/** The machine's own clock. */
export function createSystemClock(): Clock {
  return {
    now: () => Date.now(),
    sleep: async (ms, signal) => {
      try {
        await sleep(ms, undefined, signal ? { signal } : {})
      } catch (error) {
        signal?.throwIfAborted()
        throw error
      }
    },
  }
}
