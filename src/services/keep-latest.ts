import type { Log } from '../ports/log.ts'

/**
 * Stores the present state when it is called, one write at a time however often that is: what changes while one is under
 * way is stored by one more. A write that fails is logged as `what` could not be kept; the next call tries again.
 */
export function keepLatest(write: () => Promise<void>, what: string, log: Log): () => void {
  let isSaving = false
  let isStale = false

  async function save(): Promise<void> {
    isStale = true
    if (isSaving) return
    isSaving = true
    try {
      while (isStale) {
        isStale = false
        await write()
      }
    } catch (error) {
      log.warn({ err: error }, `${what} could not be kept`)
    } finally {
      isSaving = false
    }
  }
  return () => void save()
}
