import { isRefusal } from '../../../codec/vim25/fault.ts'
import { isFailure } from '../../../domain/failure.ts'
import type { Clock } from '../../../ports/clock.ts'
import { isOutage, pauseMs } from './persistence.ts'

/** An operation that does not get through for so long is given up. Milliseconds. */
const LIMIT_MS = 15 * 60_000
/** Somebody else who works on the same object is waited for this often. */
const MAX_BUSY = 10

/**
 * Runs an operation that looks before it acts, and again when the answer to what it did was lost or somebody else was
 * at the same object: what it finds then tells it what is left to do.
 */
export async function steadily<T>(
  operation: () => Promise<T>,
  clock: Clock,
  signal: AbortSignal,
): Promise<T> {
  const begun = clock.now()
  let failedAt: number | undefined
  let busy = 0
  for (let failures = 1; ; failures += 1) {
    try {
      return await operation()
    } catch (error) {
      signal.throwIfAborted()
      // What takes long by itself, an upload say, is no outage; a task that was waited for to the end is not begun anew.
      failedAt ??= isFailure(error, 'driver.timeout') ? begun : clock.now()
      const isBusy = isRefusal(error, 'TaskInProgress', 'ConcurrentAccess')
      if (isBusy) busy += 1
      const again = isBusy ? busy <= MAX_BUSY : isOutage(error)
      if (!again || clock.now() - failedAt > LIMIT_MS) throw error
      await clock.sleep(pauseMs(failures), signal)
    }
  }
}
