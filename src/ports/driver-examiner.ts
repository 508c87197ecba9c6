import type { Finding } from '../domain/doctor/finding.ts'

export type { Finding } from '../domain/doctor/finding.ts'

/** What machines are meant to be made. */
export interface ExamineWish {
  /** Where they go, by the driver's own names of places. */
  readonly places: Readonly<Record<string, string>>
  readonly count: number
  readonly diskGiB: number
  /** Address or name, perhaps with a port, that hosts are told for this process. */
  readonly advertise?: string | undefined
  /** Address of this machine that is told where the driver knows no better. */
  readonly ownAddress?: string | undefined
}

/** Looks whether a driver can do its work, without making anything. */
export interface DriverExaminer {
  /** One finding after the other; what keeps the rest from being looked at is the last. Rejects with the signal only. */
  examine(wish: ExamineWish, signal: AbortSignal): AsyncIterable<Finding>
}
