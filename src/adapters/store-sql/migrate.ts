import { type Kysely, sql } from 'kysely'
import { Failure } from '../../domain/failure.ts'
import * as hosts from './migrations/0001-hosts.ts'
import * as fleet from './migrations/0002-fleet.ts'
import type { Tables } from './tables.ts'

/** In order; the version of a database is the number of migrations it has seen. A landed one never changes. */
const MIGRATIONS: readonly { readonly up: (db: Kysely<unknown>) => Promise<void> }[] = [hosts, fleet]

/**
 * Brings the database to this program's version, each step in a transaction of its own. Failure `store.newer` when
 * a newer program has been at work: its data must not be touched.
 */
export async function migrate(db: Kysely<Tables>, where: string): Promise<void> {
  await sql`create table if not exists schema_version (version integer not null)`.execute(db)
  const version = await versionOf(db)
  if (version > MIGRATIONS.length) {
    throw new Failure(
      'store.newer',
      `${where} was written by a newer edgeboot (schema ${version}, this one knows ${MIGRATIONS.length}); use that one, or another --data-dir`,
      { version },
    )
  }
  for (let next = version; next < MIGRATIONS.length; next += 1) {
    await db.transaction().execute(async (transaction) => {
      await MIGRATIONS[next]?.up(transaction as unknown as Kysely<unknown>)
      await sql`delete from schema_version`.execute(transaction)
      await sql`insert into schema_version (version) values (${next + 1})`.execute(transaction)
    })
  }
}

async function versionOf(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ version: number }>`select version from schema_version`.execute(db)
  return Number(rows[0]?.version ?? 0)
}
