/** Lets at most so many works run at the same time; the others wait in the order they came. */
export interface Slots {
  run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>
}

export function createSlots(limit: number): Slots {
  let taken = 0
  const waiting: (() => void)[] = []

  const leave = (): void => {
    const next = waiting.shift()
    if (next) next()
    else taken -= 1
  }

  function enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (taken < limit) {
      taken += 1
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const admitted = (): void => {
        signal.removeEventListener('abort', aborted)
        resolve()
      }
      const aborted = (): void => {
        waiting.splice(waiting.indexOf(admitted), 1)
        reject(signal.reason)
      }
      waiting.push(admitted)
      signal.addEventListener('abort', aborted, { once: true })
    })
  }

  return {
    run: async (work, signal) => {
      await enter(signal)
      try {
        return await work()
      } finally {
        leave()
      }
    },
  }
}
