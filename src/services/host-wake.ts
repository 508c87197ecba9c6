import type { Clock } from '../ports/clock.ts'
import type { HostBook } from './host-book.ts'

/** Wakes a loop over one host whenever something happened to it. */
export interface Wake {
  /** Resolves at the next event of the host, or after `ms`. Rejects with what `fail` was given. */
  next(ms: number, clock: Clock, signal: AbortSignal): Promise<void>
  /** Resolves as soon as the condition holds; it is looked at on every event of the host. */
  until(condition: () => boolean, signal: AbortSignal): Promise<void>
  fail(error: unknown): void
  close(): void
}

/** No error: making one, with its stack, costs more than all the rest of waking. */
const WOKEN = 'woken'

export function createWake(book: HostBook, name: string): Wake {
  const waiting = new Set<() => void>()
  let pending = false
  let failure: { readonly error: unknown } | undefined
  const ring = (): void => {
    pending = true
    for (const resolve of [...waiting]) resolve()
  }
  const close = book.subscribe(({ type }) => type !== 'artifact.progress' && ring(), name)

  function bell(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        waiting.delete(done)
        signal.removeEventListener('abort', aborted)
        resolve()
      }
      const aborted = (): void => {
        waiting.delete(done)
        reject(signal.reason)
      }
      if (signal.aborted) aborted()
      signal.addEventListener('abort', aborted, { once: true })
      waiting.add(done)
    })
  }

  return {
    async next(ms, clock, signal) {
      signal.throwIfAborted()
      if (!pending && !failure) {
        const timer = new AbortController()
        const either = AbortSignal.any([signal, timer.signal])
        await Promise.race([bell(either), clock.sleep(ms, either)]).finally(() => timer.abort(WOKEN))
      }
      pending = false
      if (failure) throw failure.error
    },
    async until(condition, signal) {
      while (!condition()) await bell(signal)
    },
    fail(error) {
      failure ??= { error }
      ring()
    },
    close,
  }
}
