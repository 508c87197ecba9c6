import type { RateLimit } from '../../domain/rate-limit.ts'

/** What the syslog server puts up with. Times in milliseconds. */
export interface SyslogLimits {
  /** Datagrams of one address, each started KiB as one: a kernel that starts sends some thousand lines at once. */
  readonly perAddress: RateLimit
  /** The same of all. */
  readonly inAll: RateLimit
  /** How often it is said how many were dropped. */
  readonly tellEveryMs: number
}

/** As documented in docs/guide/fleet.md. */
export const DEFAULT_SYSLOG_LIMITS: SyslogLimits = {
  perAddress: { perSecond: 200, burst: 5000 },
  inAll: { perSecond: 3000, burst: 20_000 },
  tellEveryMs: 60_000,
}
