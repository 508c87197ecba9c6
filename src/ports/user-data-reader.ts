import type { Finding, UserDataSummary } from '../domain/user-data.ts'

/** What was found in one user-data document. */
export interface UserDataReading {
  readonly findings: readonly Finding[]
  /** Absent when an error keeps the document from being used. */
  readonly summary?: UserDataSummary
}

/** Reads and checks user-data documents, many at a time, while others get their answers. */
export interface UserDataReader {
  /**
   * In the order of the texts. Rejects with the signal's reason when it is aborted. What is not urgent takes one processor
   * at most; everything is, if nothing is said.
   */
  read(
    texts: readonly string[],
    signal: AbortSignal,
    options?: { readonly isUrgent: boolean },
  ): Promise<readonly UserDataReading[]>
}
