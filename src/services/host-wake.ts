import type { Clock } from '../ports/clock.ts'
import type { HostBook } from './host-book.ts'

/** Wakes a loop over one host whenever something happened to it. */
export interface Wake {
  /** Resolves at the next event of the host, and within `ms` without one. Rejects with what `fail` was given. */
  next(ms: number, clock: Clock, signal: AbortSignal): Promise<void>
  /** Resolves as soon as the condition holds; it is looked at on every event of the host. */
  until(condition: () => boolean, signal: AbortSignal): Promise<void>
  fail(error: unknown): void
  close(): void
}

export function createWake(book: HostBook, name: string): Wake {
  const waiting = new Set<() => void>()
  let pending = false
  let failure: { readonly error: unknown } | undefined
  let isTicking = false
  const wakeAll = (): void => {
    for (const resolve of [...waiting]) resolve()
  }
  const ring = (): void => {
    pending = true
    wakeAll()
  }
  const close = book.subscribe(({ type }) => type !== 'artifact.progress' && ring(), name)

  /** Resolves when it rings. One promise: hundreds of hosts are woken thousands of times a second. */
  function rung(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    return new Promise((resolve, reject) => {
      const end = (): void => {
        waiting.delete(woken)
        signal.removeEventListener('abort', aborted)
      }
      const woken = (): void => {
        end()
        resolve()
      }
      const aborted = (): void => {
        end()
        reject(signal.reason)
      }
      signal.addEventListener('abort', aborted, { once: true })
      waiting.add(woken)
    })
  }

  /** A tick that nobody waited for until its end is that of the next who wait: one for each wait would cost more than waking. */
  function tick(ms: number, clock: Clock, signal: AbortSignal): void {
    if (isTicking) return
    isTicking = true
    const end = (): void => {
      isTicking = false
    }
    clock.sleep(ms, signal).then(() => {
      // Before anybody wakes: who waits again at once needs a tick of its own.
      end()
      wakeAll()
    }, end)
  }

  return {
    async next(ms, clock, signal) {
      signal.throwIfAborted()
      if (!pending && !failure) {
        tick(ms, clock, signal)
        await rung(signal)
      }
      pending = false
      if (failure) throw failure.error
    },
    async until(condition, signal) {
      while (!condition()) await rung(signal)
    },
    fail(error) {
      failure ??= { error }
      ring()
    },
    close,
  }
}
