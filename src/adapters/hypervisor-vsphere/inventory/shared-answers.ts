import type { Clock } from '../../../ports/clock.ts'

/** Answers to questions that many ask at the same time, each asked once and kept for a while. */
export interface SharedAnswers {
  /**
   * The answer to `key`; rejects with the signal's reason when that aborts, while others go on waiting. A failure is
   * told to all who wait, and asked anew afterwards.
   */
  get<T>(key: string, ask: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T>
  /** When what is kept for the key was asked. */
  since(key: string): number | undefined
  forget(): void
}

/** Nobody's impatience ends what others wait for; that is given up after this. Milliseconds. */
const LONGEST_MS = 10 * 60_000

interface Kept {
  readonly since: number
  readonly answer: Promise<unknown>
}

export function createSharedAnswers({
  clock,
  keptMs,
}: {
  readonly clock: Clock
  readonly keptMs: number
}): SharedAnswers {
  let kept = new Map<string, Kept>()
  return {
    get: async <T>(
      key: string,
      ask: (signal: AbortSignal) => Promise<T>,
      signal: AbortSignal,
    ): Promise<T> => {
      signal.throwIfAborted()
      for (const [old, { since }] of kept) if (clock.now() - since >= keptMs) kept.delete(old)
      const inside = kept
      let found = inside.get(key)
      if (!found) {
        const answer = ask(AbortSignal.timeout(LONGEST_MS))
        const asked = { since: clock.now(), answer }
        found = asked
        inside.set(key, asked)
        answer.catch(() => inside.get(key) === asked && inside.delete(key))
      }
      return (await untilAborted(found.answer, signal)) as T
    },
    since: (key) => kept.get(key)?.since,
    forget: () => {
      kept = new Map()
    },
  }
}

function untilAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const abort = (): void => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  return promise
}
