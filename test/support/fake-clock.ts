import type { Clock } from '../../src/ports/clock.ts'

/** A clock that moves at once to the end of every sleep, and otherwise only when it is told to. */
export interface FakeClock extends Clock {
  advance(ms: number): void
}

export function createFakeClock(start = 1_000_000): FakeClock {
  let now = start
  return {
    now: () => now,
    advance: (ms) => {
      now += ms
    },
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      // Lets everything that is ready to run go first, as real time would.
      await new Promise<void>((resolve) => setImmediate(resolve))
      signal?.throwIfAborted()
      now += ms
    },
  }
}
