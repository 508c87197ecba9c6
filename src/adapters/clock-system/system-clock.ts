import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../ports/clock.ts'

/** The machine's own clock. */
export function createSystemClock(): Clock {
  return {
    now: () => Date.now(),
    sleep: async (ms, signal) => {
      try {
        const options = signal ? { signal } : {}
        // A timer takes a millisecond at least; who asks for none only lets others in.
        await (ms > 0 ? sleep(ms, undefined, options) : breathe(undefined, options))
      } catch (error) {
        signal?.throwIfAborted()
        throw error
      }
    },
  }
}
