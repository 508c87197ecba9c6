import { Failure } from '../../domain/failure.ts'
import type { AccessStore } from '../../ports/access-store.ts'
import type { AuditTrail } from '../../ports/audit-trail.ts'
import type { FleetStore } from '../../ports/fleet-store.ts'
import type { HostStore } from '../../ports/host-store.ts'
import type { InstallerStore } from '../../ports/installer-store.ts'
import type { Log } from '../../ports/log.ts'
import type { SecretBox } from '../../ports/secret-box.ts'
import type { SessionStore } from '../../ports/session-store.ts'
import type { SettingsStore } from '../../ports/settings-store.ts'
import { createAccessQueries } from './access-queries.ts'
import { createAuditQueries } from './audit-queries.ts'
import type { Backend } from './backend.ts'
import { createFleetQueries } from './fleet-queries.ts'
import { createHostQueries } from './host-queries.ts'
import { createInstallerQueries } from './installer-queries.ts'
import { migrate, requireCurrent } from './migrate.ts'
import type { PostgresLimits } from './postgres-pool.ts'
import { isPostgresUrl } from './postgres-url.ts'
import { createSessionQueries } from './session-queries.ts'
import { createSettingsQueries } from './settings-queries.ts'
import { openSqliteBackend } from './sqlite-backend.ts'

export type SqlStore = HostStore &
  FleetStore &
  InstallerStore &
  SettingsStore &
  AccessStore &
  SessionStore &
  AuditTrail &
  AsyncDisposable & {
    /** What messages call the database: the path, or the URL without its password. */
    readonly where: string
  }

export interface SqlStoreOptions {
  /** Path of the SQLite file, or a `postgres://` or `postgresql://` URL. */
  readonly database: string
  /** Seals config tokens at rest. */
  readonly secretBox: SecretBox
  readonly log: Log
  /**
   * `own` (unless given otherwise): the only process that may, which brings the schema up to date; on PostgreSQL it is
   * made sure here, for SQLite by the lock of the data directory. `share`: beside an owner, changing no schema.
   */
  readonly access?: 'own' | 'share'
  /** What it is opened for; shown to whoever finds the database owned. */
  readonly purpose?: string
  readonly limits?: PostgresLimits
}

/**
 * Opens the state database. Failure `store.failed` when it cannot be opened, `store.locked` when another process owns
 * it, `store.newer` when it is from a newer program, `store.older` when it is shared and from an older one. The
 * password of a URL is in no message.
 */
export async function openSqlStore(options: SqlStoreOptions): Promise<SqlStore> {
  const { database, secretBox, log, access = 'own', purpose = 'store', limits } = options
  await using parts = new AsyncDisposableStack()
  const backend = parts.use(
    isPostgresUrl(database)
      ? await openPostgres({ url: database, purpose, log, ...(limits ? { limits } : {}) })
      : openFile(database),
  )
  try {
    if (access === 'own') {
      await backend.own()
      await migrate(backend, secretBox)
      await backend.sign()
    } else {
      await requireCurrent(backend)
    }
  } catch (error) {
    throw asFailure(error, backend)
  }
  const { db, where } = backend
  log.debug({ database: where, access }, 'state database open')
  const queries = guardAll(backend, {
    ...createHostQueries(db, secretBox),
    ...createFleetQueries(db, secretBox),
    ...createInstallerQueries(db),
    ...createSettingsQueries(db),
    ...createAccessQueries(db),
    ...createSessionQueries(db),
    ...createAuditQueries(db),
  })
  const kept = parts.move()
  return { ...queries, where, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

/** What speaks to PostgreSQL is loaded only where there is one. */
async function openPostgres({
  limits,
  ...about
}: Pick<SqlStoreOptions, 'log' | 'limits'> & { readonly url: string; readonly purpose: string }) {
  const { createPostgresBackend } = await import('./postgres-backend.ts')
  const { POSTGRES_LIMITS } = await import('./postgres-pool.ts')
  return createPostgresBackend({ ...about, limits: limits ?? POSTGRES_LIMITS })
}

function openFile(path: string): Backend {
  try {
    return openSqliteBackend(path)
  } catch (error) {
    const reasonOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause))
    throw asFailure(error, { where: path, reasonOf })
  }
}

type Query = (...args: unknown[]) => Promise<unknown>

/** The queries, each waiting until the backend is ready and failing with a Failure only. */
function guardAll<T extends object>(backend: Backend, queries: T): T {
  const guard =
    (query: Query): Query =>
    async (...args) => {
      try {
        await backend.ready()
        return await query(...args)
      } catch (error) {
        throw asFailure(error, backend)
      }
    }
  return Object.fromEntries(
    Object.entries(queries).map(([name, query]) => [name, guard(query as Query)]),
  ) as unknown as T
}

function asFailure(error: unknown, { where, reasonOf }: Pick<Backend, 'where' | 'reasonOf'>): Failure {
  if (error instanceof Failure) return error
  return new Failure(
    'store.failed',
    `the state database ${where} cannot be used: ${reasonOf(error)}`,
    { database: where },
    error,
  )
}
