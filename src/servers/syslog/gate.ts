import { MAX_DATAGRAM_BYTES } from '../../codec/syslog/parse-syslog.ts'
import { createRateLimiter } from '../../domain/rate-limit.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import type { SyslogLimits } from './limits.ts'

/** Lets in what the limits allow, and counts the rest. */
export interface Gate {
  letIn(address: string, bytes: number): boolean
  /** Says what was dropped since it was said last. */
  close(): void
}

export function createGate({ perAddress, inAll, tellEveryMs }: SyslogLimits, clock: Clock, log: Log): Gate {
  const each = createRateLimiter(perAddress)
  const all = createRateLimiter(inAll)
  let dropped = { ofOneAddress: 0, inAll: 0 }
  let lastAddress = ''
  let timer: NodeJS.Timeout | undefined

  function drop(limit: keyof typeof dropped, address: string): false {
    dropped[limit] += 1
    lastAddress = address
    // Whoever floods us must not flood the log through us.
    timer ??= setTimeout(say, tellEveryMs).unref()
    return false
  }

  function say(): void {
    clearTimeout(timer)
    timer = undefined
    if (dropped.ofOneAddress + dropped.inAll === 0) return
    log.warn({ ...dropped, lastAddress }, 'syslog messages were dropped: more came than is allowed')
    dropped = { ofOneAddress: 0, inAll: 0 }
  }

  return {
    letIn: (address, bytes) => {
      const now = clock.now()
      const amount = Math.max(1, Math.ceil(Math.min(bytes, MAX_DATAGRAM_BYTES) / 1024))
      // First its own limit, so that one that floods us takes nothing away from the others.
      if (!each.take(address, now, amount)) return drop('ofOneAddress', address)
      return all.take('', now, amount) || drop('inAll', address)
    },
    close: say,
  }
}
