import type { Kysely } from 'kysely'
import type { Tables } from './tables.ts'

export type SqlKind = 'sqlite' | 'postgres'

/** One open database of either kind. */
export interface Backend extends AsyncDisposable {
  readonly kind: SqlKind
  readonly db: Kysely<Tables>
  /** What messages call it: the path, or the URL without its password. */
  readonly where: string
  /**
   * Makes this process the only owner, where the file system does not see to that already. Failure `store.locked`
   * says who owns it.
   */
  own(): Promise<void>
  /** Leaves the owner's mark in the database once that has its tables, by which a lost claim is noticed. */
  sign(): Promise<void>
  /** To be awaited before every operation; fails when this process may not touch the database (any more). */
  ready(): Promise<void>
  /** Why the driver failed, without secrets. */
  reasonOf(error: unknown): string
}
