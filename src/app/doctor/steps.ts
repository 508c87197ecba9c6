import type { Finding } from '../../domain/doctor/finding.ts'
import { isFailure } from '../../domain/failure.ts'
import type { Log } from '../../ports/log.ts'

/** One part of the examination. */
export interface Step {
  /** What is looked at, fits after "looking at". */
  readonly title: string
  examine(signal: AbortSignal): AsyncIterable<Finding>
}

/** All steps, one after the other. One that fails is a finding and keeps nobody from the rest. Rejects with the signal. */
export async function* runSteps(
  steps: readonly Step[],
  { begin, log }: { readonly begin?: ((title: string) => void) | undefined; readonly log: Log },
  signal: AbortSignal,
): AsyncIterable<Finding> {
  for (const { title, examine } of steps) {
    begin?.(title)
    try {
      yield* examine(signal)
    } catch (error) {
      signal.throwIfAborted()
      if (!isFailure(error)) log.error({ err: error }, `the doctor could not look at ${title}`)
      yield { name: title, verdict: 'bad', detail: (error as Error).message }
    }
  }
}
