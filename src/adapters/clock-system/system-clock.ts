import type { Clock } from '../../ports/clock.ts'

/** The machine's own clock. */
export function createSystemClock(): Clock {
  return {
    now: () => Date.now(),
    // Not that of node:timers/promises, which makes an error with its stack each time a sleeper is woken before.
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const awake = (): void => {
          signal?.removeEventListener('abort', abort)
          resolve()
        }
        const abort = (): void => {
          stop()
          reject(signal?.reason)
        }
        if (signal?.aborted) {
          reject(signal.reason)
          return
        }
        const stop = startTimer(ms, awake)
        signal?.addEventListener('abort', abort, { once: true })
      }),
  }
}

/** A timer takes a millisecond at least; who asks for none only lets others in. Returns what stops it. */
function startTimer(ms: number, awake: () => void): () => void {
  if (ms > 0) {
    const timer = setTimeout(awake, ms)
    return () => clearTimeout(timer)
  }
  const turn = setImmediate(awake)
  return () => clearImmediate(turn)
}
