/** A bounded number of places; who finds none waits in line. */
export interface Slots {
  /** Resolves to the function that gives the place back (once; calling it again does nothing). */
  enter(signal: AbortSignal): Promise<() => void>
}

export function createSlots(places: number): Slots {
  let free = places
  const line: (() => void)[] = []

  function leave(): void {
    const next = line.shift()
    if (next) next()
    else free += 1
  }

  function ticket(): () => void {
    let used = false
    return () => {
      if (used) return
      used = true
      leave()
    }
  }

  return {
    async enter(signal) {
      signal.throwIfAborted()
      if (free > 0) {
        free -= 1
        return ticket()
      }
      await new Promise<void>((resolve, reject) => {
        const turn = (): void => {
          signal.removeEventListener('abort', given)
          resolve()
        }
        const given = (): void => {
          line.splice(line.indexOf(turn), 1)
          reject(signal.reason)
        }
        line.push(turn)
        signal.addEventListener('abort', given, { once: true })
      })
      return ticket()
    },
  }
}
