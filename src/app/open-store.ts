import { join } from 'node:path'
import { openDataDirectory } from '../adapters/data-dir/data-directory.ts'
import { openSecretBox } from '../adapters/secret-box-aes/secret-key.ts'
import { parsePostgresUrl } from '../adapters/store-sql/postgres-url.ts'
import { openSqlStore, type SqlStore } from '../adapters/store-sql/sql-store.ts'
import { isFailure } from '../domain/failure.ts'
import type { Log } from '../ports/log.ts'
import type { SecretBox } from '../ports/secret-box.ts'

/** A data directory and its state, wherever that is kept. */
export interface OpenStore extends AsyncDisposable {
  readonly directory: string
  readonly paths: { readonly machines: string; readonly media: string }
  readonly store: SqlStore
  readonly secretBox: SecretBox
}

export interface StoreOptions {
  readonly dataDirectory: string
  /** Shown to whoever finds it in use. */
  readonly purpose: string
  /**
   * `own`: alone. `read`: to look, also beside an owner; the directory has to be there. `share`: to look and
   * to write beside an owner, what no owner remembers only; the directory is made if it is not there. `look`: as
   * `read`, and a state of an older version is a Failure `store.older` and stays as it is.
   */
  readonly access: 'own' | 'read' | 'share' | 'look'
  readonly log: Log
}

/**
 * Opens the data directory and the database in it, or the one that `DATABASE_URL` (or `EDGEBOOT_DATABASE_URL`) names.
 * Failure `data-dir.locked` or `store.locked` when another process has it and `access` is `own`.
 */
export async function openStore(options: StoreOptions): Promise<OpenStore> {
  if (options.access === 'own') return await open(options, 'own')
  if (options.access === 'look') return await open(options, 'read')
  const missing = options.access === 'share' ? (['data-dir.unusable'] as const) : []
  try {
    return await open(options, 'read')
  } catch (error) {
    if (!isFailure(error, 'store.older', ...missing)) throw error
    // Beside an owner neither directory nor schema is touched; as the owner for a moment they may be.
    await (await open(options, 'own'))[Symbol.asyncDispose]()
    return await open(options, 'read')
  }
}

async function open(options: StoreOptions, access: 'own' | 'read'): Promise<OpenStore> {
  const { dataDirectory, purpose, log } = options
  await using parts = new AsyncDisposableStack()
  const data = parts.use(await openDataDirectory({ path: dataDirectory, purpose, access, log }))
  const secretBox = openSecretBox({
    ...secretKey(),
    file: join(data.path, 'secret.key'),
    make: access === 'own',
  })
  const store = parts.use(
    await openSqlStore({
      database: databaseUrl() ?? data.paths.database,
      secretBox,
      log,
      purpose,
      access: access === 'own' ? 'own' : 'share',
    }),
  )
  const kept = parts.move()
  return {
    directory: data.path,
    paths: data.paths,
    store,
    secretBox,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

/** Whether the state is kept in a database elsewhere. */
export function hasDatabaseUrl(env: NodeJS.ProcessEnv = process.env): boolean {
  return Boolean(env['EDGEBOOT_DATABASE_URL'] || env['DATABASE_URL'])
}

/** Ours first: the short name is one that other programs use too. Failure `usage.invalid` when it is none for us. */
function databaseUrl(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const url = env['EDGEBOOT_DATABASE_URL'] || env['DATABASE_URL']
  return url ? parsePostgresUrl(url).url : undefined
}

function secretKey(env: NodeJS.ProcessEnv = process.env): { readonly key?: string } {
  const key = env['EDGEBOOT_SECRET_KEY']
  return key === undefined ? {} : { key }
}
