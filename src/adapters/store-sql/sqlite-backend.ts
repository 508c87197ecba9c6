import { chmodSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import type { Backend } from './backend.ts'
import { checkpointAside } from './checkpoints.ts'
import { createNodeSqliteDialect } from './node-sqlite-dialect.ts'
import type { Tables } from './tables.ts'

/** How long a writer waits for another before it gives up, in milliseconds. */
const BUSY_TIMEOUT_MS = 5000

/**
 * SQLite in WAL mode, so that readers never wait for the writer and what was acknowledged survives the process being
 * killed. Its owner is whoever owns the data directory it lies in. Throws what SQLite throws.
 */
export function openSqliteBackend(path: string): Backend {
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true })
  chmodSync(path, 0o600)
  database.exec('PRAGMA journal_mode = WAL')
  database.exec('PRAGMA synchronous = NORMAL')
  // What is deleted is overwritten: a token that was stored in the clear by an earlier schema is not left behind.
  database.exec('PRAGMA secure_delete = ON')
  const checkpoints = checkpointAside(database, path)
  return {
    kind: 'sqlite',
    db: new Kysely<Tables>({ dialect: createNodeSqliteDialect(database) }),
    where: path,
    own: async () => undefined,
    sign: async () => undefined,
    ready: async () => undefined,
    reasonOf: (error) => (error instanceof Error ? error.message : String(error)),
    [Symbol.asyncDispose]: async () => {
      await checkpoints[Symbol.asyncDispose]()
      database.close()
    },
  }
}
