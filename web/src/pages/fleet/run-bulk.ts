/** What became of one host. */
export type Outcome =
  | { readonly state: 'waiting' }
  | { readonly state: 'running' }
  | { readonly state: 'done' }
  | { readonly state: 'failed'; readonly error: unknown }
  | { readonly state: 'stopped' }

/** Requests at the same time: the server and the hypervisors behind it have other things to do as well. */
export const MAX_AT_ONCE = 6

/**
 * Does it for every name, in order, a few at a time. After `signal` nothing more is begun; what is under way ends by
 * itself, for nobody can call it back. Never rejects: what fails is told to `onOutcome`.
 */
export async function runBulk(
  names: readonly string[],
  act: (name: string) => Promise<unknown>,
  onOutcome: (name: string, outcome: Outcome) => void,
  signal: AbortSignal,
): Promise<void> {
  const queue = names.values()
  const worker = async (): Promise<void> => {
    for (const name of queue) {
      if (signal.aborted) {
        onOutcome(name, { state: 'stopped' })
        continue
      }
      onOutcome(name, { state: 'running' })
      try {
        await act(name)
        onOutcome(name, { state: 'done' })
      } catch (error) {
        onOutcome(name, { state: 'failed', error })
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(MAX_AT_ONCE, names.length) }, worker))
}
