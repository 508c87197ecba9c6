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

  /** Resolves when it rings, or after `ms`. One promise and one timer: hundreds of hosts are woken thousands of times a second. */
  function rung(signal: AbortSignal, after?: { readonly ms: number; readonly clock: Clock }): Promise<void> {
    signal.throwIfAborted()
    return new Promise((resolve, reject) => {
      const timer = after && new AbortController()
      const end = (): void => {
        waiting.delete(woken)
        signal.removeEventListener('abort', aborted)
        timer?.abort(WOKEN)
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
      if (timer) after.clock.sleep(after.ms, timer.signal).then(woken, () => undefined)
    })
  }

  return {
    async next(ms, clock, signal) {
      signal.throwIfAborted()
      if (!pending && !failure) await rung(signal, { ms, clock })
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
