import type { DesiredFleet } from '../domain/desired-fleet.ts'

/** A fleet as it is wished, and which wish it is. */
export interface StoredFleet {
  /** Grows by one with every change. */
  readonly version: number
  readonly fleet: DesiredFleet
}

/** The wish for the whole fleet, kept across restarts. Definitions hold secrets and are kept encrypted. */
export interface FleetStore {
  /** `undefined` before the first wish. Failure `store.failed`, `secret.unreadable` when it cannot be decrypted. */
  fleet(): Promise<StoredFleet | undefined>
  /**
   * Replaces the wish as a whole or not at all and resolves to its version. Failure `fleet.changed` when `ifVersion`
   * is given and another wish is in force meanwhile (0: none yet).
   */
  saveFleet(fleet: DesiredFleet, ifVersion?: number): Promise<number>
}
