import { type Kysely, sql } from 'kysely'
import { Failure } from '../../domain/failure.ts'
import type { SecretBox } from '../../ports/secret-box.ts'
import type { Backend, SqlKind } from './backend.ts'
import * as hosts from './migrations/0001-hosts.ts'
import * as sealedTokens from './migrations/0002-sealed-tokens.ts'
import * as access from './migrations/0003-access.ts'
import * as fleet from './migrations/0004-fleet.ts'
import * as sessions from './migrations/0005-sessions.ts'
import type { MigrationContext } from './migrations/context.ts'

/** In order; the version of a database is the number of migrations it has seen. A landed one never changes. */
const MIGRATIONS: readonly {
  readonly up: (db: Kysely<unknown>, context: MigrationContext) => Promise<void>
}[] = [hosts, sealedTokens, access, fleet, sessions]

/**
 * Brings the database to this program's version, each step in a transaction of its own. Only its owner may. Failure
 * `store.newer` when a newer program has been at work: its data must not be touched; `store.failed` when the tables
 * in it are another program's.
 */
export async function migrate({ db, kind, where }: Backend, secretBox: SecretBox): Promise<void> {
  const tables = await tablesOf(db, kind)
  refuseForeign(tables, where)
  if (!tables.includes('schema_version')) {
    await sql`create table schema_version (version integer not null)`.execute(db)
  }
  const version = await versionOf(db)
  refuseNewer(version, where)
  for (let next = version; next < MIGRATIONS.length; next += 1) {
    await db.transaction().execute(async (transaction) => {
      await MIGRATIONS[next]?.up(transaction as unknown as Kysely<unknown>, { kind, secretBox })
      await sql`delete from schema_version`.execute(transaction)
      await sql`insert into schema_version (version) values (${next + 1})`.execute(transaction)
    })
  }
}

/** Failure `store.newer`, or `store.older` when the database has not seen every migration; changes nothing. */
export async function requireCurrent({ db, kind, where }: Backend): Promise<void> {
  const tables = await tablesOf(db, kind)
  refuseForeign(tables, where)
  const version = tables.includes('schema_version') ? await versionOf(db) : 0
  refuseNewer(version, where)
  if (version === MIGRATIONS.length) return
  throw new Failure(
    'store.older',
    `${where} is that of an older edgeboot (schema ${version}, this one needs ${MIGRATIONS.length}); it is brought up to date by the next command that has it for itself`,
    { version },
  )
}

function refuseNewer(version: number, where: string): void {
  if (version <= MIGRATIONS.length) return
  throw new Failure(
    'store.newer',
    `${where} was written by a newer edgeboot (schema ${version}, this one knows ${MIGRATIONS.length}); use that one, or another --data-dir or DATABASE_URL`,
    { version },
  )
}

/** DATABASE_URL is a name many programs use: tables of another one are left alone. */
function refuseForeign(tables: readonly string[], where: string): void {
  const others = tables.filter((table) => table !== 'schema_version')
  if (others.length === 0 || (tables.includes('schema_version') && tables.includes('hosts'))) return
  throw new Failure(
    'store.failed',
    `${where} belongs to another program (it has a table ${others[0]}); give edgeboot an empty database of its own`,
  )
}

async function tablesOf(db: Backend['db'], kind: SqlKind): Promise<readonly string[]> {
  const query =
    kind === 'postgres'
      ? sql<{ name: string }>`select table_name as name from information_schema.tables
          where table_schema = current_schema() order by table_name`
      : sql<{ name: string }>`select name from sqlite_master
          where type = 'table' and name not like 'sqlite_%' order by name`
  return (await query.execute(db)).rows.map(({ name }) => name)
}

async function versionOf(db: Backend['db']): Promise<number> {
  const { rows } = await sql<{ version: number }>`select version from schema_version`.execute(db)
  return Number(rows[0]?.version ?? 0)
}
