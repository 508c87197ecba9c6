/** Values told to all who listen at the moment. */
export interface Channel<T> {
  tell(value: T): void
  /** Values from now on, `first` before them; ends when the signal aborts. */
  listen(signal: AbortSignal, first: () => Promise<T>): AsyncIterable<T>
}

export function createChannel<T>(): Channel<T> {
  const listeners = new Set<(value: T) => void>()
  return {
    tell: (value) => {
      for (const listener of listeners) listener(value)
    },
    async *listen(signal, first) {
      const queue: T[] = []
      let wake = (): void => undefined
      const push = (value: T): void => {
        queue.push(value)
        wake()
      }
      const aborted = (): void => wake()
      listeners.add(push)
      signal.addEventListener('abort', aborted, { once: true })
      try {
        yield await first()
        while (!signal.aborted) {
          const next = queue.shift()
          if (next !== undefined) yield next
          else {
            await new Promise<void>((resolve) => {
              wake = resolve
              if (queue.length > 0 || signal.aborted) resolve()
            })
          }
        }
      } finally {
        listeners.delete(push)
        signal.removeEventListener('abort', aborted)
      }
    },
  }
}
