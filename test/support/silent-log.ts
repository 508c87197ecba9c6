import type { Log } from '../../src/ports/log.ts'

/** A log that keeps nothing. */
export function createSilentLog(): Log {
  const nothing = (): void => undefined
  const log: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => log }
  return log
}
