import { decodeUserData } from '../../codec/user-data/user-data.ts'
import type { UserDataReading } from '../../ports/user-data-reader.ts'

/** Documents for a thread to read, and where they stand among all. */
export interface ReadJob {
  readonly at: number
  readonly texts: readonly string[]
}

export interface ReadReply {
  readonly at: number
  readonly readings: readonly UserDataReading[]
}

export function readUserData(text: string): UserDataReading {
  const { findings, summary } = decodeUserData(text)
  return { findings, ...(summary ? { summary } : {}) }
}
