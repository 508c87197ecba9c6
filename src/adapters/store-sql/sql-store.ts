import { chmodSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { Failure } from '../../domain/failure.ts'
import type { FleetStore } from '../../ports/fleet-store.ts'
import type { HostStore } from '../../ports/host-store.ts'
import type { InstallerStore } from '../../ports/installer-store.ts'
import type { Log } from '../../ports/log.ts'
import type { SettingsStore } from '../../ports/settings-store.ts'
import { createFleetQueries } from './fleet-queries.ts'
import { createHostQueries } from './host-queries.ts'
import { createInstallerQueries } from './installer-queries.ts'
import { migrate } from './migrate.ts'
import { createNodeSqliteDialect } from './node-sqlite-dialect.ts'
import { createSettingsQueries } from './settings-queries.ts'
import type { Tables } from './tables.ts'

export type SqlStore = HostStore & FleetStore & InstallerStore & SettingsStore & AsyncDisposable

/** How long a writer waits for another before it gives up, in milliseconds. */
const BUSY_TIMEOUT_MS = 5000

/**
 * The state database: SQLite in WAL mode, so that readers never wait for the writer and what was acknowledged
 * survives the process being killed. The file is readable by its owner only, because it holds config tokens.
 * Failure `store.failed` when it cannot be opened, `store.newer` when it is from a newer program.
 */
export async function openSqlStore({
  path,
  log,
}: {
  readonly path: string
  readonly log: Log
}): Promise<SqlStore> {
  const database = openDatabase(path)
  const db = new Kysely<Tables>({ dialect: createNodeSqliteDialect(database) })
  try {
    await migrate(db, path)
  } catch (error) {
    database.close()
    throw asFailure(error, path)
  }
  log.debug({ path }, 'state database open')
  const guard = <A extends unknown[], R>(query: (...args: A) => Promise<R>) => {
    return (...args: A): Promise<R> =>
      query(...args).catch((error: unknown) => Promise.reject(asFailure(error, path)))
  }
  const queries = {
    ...createHostQueries(db),
    ...createFleetQueries(db, { seal: (t) => t, open: (t) => t }),
    ...createInstallerQueries(db),
    ...createSettingsQueries(db),
  }
  const guarded = Object.fromEntries(
    Object.entries(queries).map(([name, query]) => [
      name,
      guard(query as (...args: unknown[]) => Promise<unknown>),
    ]),
  ) as unknown as typeof queries
  return { ...guarded, [Symbol.asyncDispose]: async () => database.close() }
}

function openDatabase(path: string): DatabaseSync {
  try {
    const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true })
    chmodSync(path, 0o600)
    database.exec('PRAGMA journal_mode = WAL')
    database.exec('PRAGMA synchronous = NORMAL')
    return database
  } catch (error) {
    throw asFailure(error, path)
  }
}

function asFailure(error: unknown, path: string): Failure {
  if (error instanceof Failure) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new Failure('store.failed', `the state database ${path} cannot be used: ${reason}`, { path }, error)
}
