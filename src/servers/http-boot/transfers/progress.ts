import type { TransferObserver } from '../../../ports/boot-desk.ts'
import type { Log } from '../../../ports/log.ts'

/** Hundreds of downloads tell that often each, and every time something is made of it. */
const REPORT_EVERY_MS = 1000

/** What an observer is told of one transfer, at the rate at which it can be of use. */
export interface Progress {
  /** Bytes so far. */
  bytes(): number
  started(): void
  add(bytes: number): void
  finished(): void
  /** `unsentBytes` of those counted never left. Says how many did. */
  aborted(reason: string, unsentBytes: number): number
}

/** Tells the observer once a second at most. */
export function reportTo(told: TransferObserver, log: Log): Progress {
  const observer = guard(told, log)
  let bytes = 0
  let reportedAt = performance.now()
  return {
    bytes: () => bytes,
    started: () => observer.started(),
    add(more) {
      bytes += more
      const now = performance.now()
      if (now - reportedAt < REPORT_EVERY_MS) return
      reportedAt = now
      observer.progress(bytes)
    },
    finished: () => observer.finished(bytes),
    aborted(reason, unsentBytes) {
      const sent = Math.max(0, bytes - unsentBytes)
      observer.aborted(sent, reason)
      return sent
    },
  }
}

/** An observer that fails must not cost a host its download. */
function guard(observer: TransferObserver, log: Log): TransferObserver {
  const attempt = (tell: () => void): void => {
    try {
      tell()
    } catch (error) {
      log.error({ err: error }, 'a transfer could not be reported')
    }
  }
  return {
    started: () => attempt(() => observer.started()),
    progress: (bytes) => attempt(() => observer.progress(bytes)),
    finished: (bytes) => attempt(() => observer.finished(bytes)),
    aborted: (bytes, reason) => attempt(() => observer.aborted(bytes, reason)),
  }
}
