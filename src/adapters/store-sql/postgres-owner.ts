import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import pg from 'pg'
import { Failure } from '../../domain/failure.ts'
import type { Log } from '../../ports/log.ts'
import { clientConfig, cutConnection, type PostgresLimits } from './postgres-pool.ts'

/** The two keys of our advisory lock: "edge", "boot" in ASCII. */
const LOCK = [0x65646765, 0x626f6f74] as const
/** PostgreSQL cuts application names at this many bytes (NAMEDATALEN - 1). */
const MAX_NAME = 63
const OWNER_SETTING = 'database-owner'

/** The claim of one process on one database, held by a connection of its own. */
export interface PostgresOwner extends AsyncDisposable {
  /** Failure `store.locked` with who has it. */
  take(): Promise<void>
  /** Writes who owns it into the database, once that has its tables. */
  sign(): Promise<void>
  /**
   * At once while the claim is known to stand, asking now and then; takes it again when the server was away. Failure
   * `store.locked` when another process has it, or had it in between: what this process remembers is out of date.
   */
  renew(): Promise<void>
}

/**
 * PostgreSQL drops an advisory lock with the session that has it, however that ends, as the operating system does
 * with the lock of a data directory.
 */
export function createPostgresOwner(input: {
  readonly url: string
  readonly where: string
  readonly purpose: string
  readonly limits: PostgresLimits
  readonly log: Log
}): PostgresOwner {
  const { url, where, limits, log } = input
  const signature = randomBytes(16).toString('hex')
  const name = `edgeboot ${input.purpose.slice(0, 24)} pid ${process.pid} on ${hostname()}`.slice(0, MAX_NAME)
  let holder: pg.Client | undefined
  let signed = false
  let renewal: Promise<void> | undefined
  let heardAt = 0

  async function take(): Promise<void> {
    const client = new pg.Client({ ...clientConfig(url, limits), application_name: name })
    const lose = (): void => {
      if (holder !== client) return
      holder = undefined
      log.warn({ database: where }, 'the connection that holds the database was lost')
    }
    client.on('error', lose)
    client.on('end', lose)
    try {
      await client.connect()
      const { rows } = await client.query('select pg_try_advisory_lock($1, $2) as taken', [...LOCK])
      if (rows[0]?.taken !== true) throw await lockedBy(client, where)
      if (signed && (await readSignature(client)) !== signature) throw ownedMeanwhile(where)
      holder = client
      heardAt = performance.now()
    } catch (error) {
      await endClient(client)
      throw error
    }
  }

  /** A session that answers has its lock; one the server gave up, unnoticed by us, does not answer. */
  async function check(): Promise<void> {
    const client = holder
    if (!client) return await take()
    try {
      await client.query('select 1')
      heardAt = performance.now()
    } catch {
      if (holder === client) holder = undefined
      await endClient(client)
      await take()
    }
  }

  return {
    take,
    async sign() {
      if (!holder) throw new Error('the connection that holds the database was lost')
      await holder.query(
        `insert into settings (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value`,
        [OWNER_SETTING, signature],
      )
      signed = true
    },
    async renew() {
      if (holder && performance.now() - heardAt < limits.ownerCheckMs) return
      renewal ??= check().finally(() => {
        renewal = undefined
      })
      await renewal
    },
    async [Symbol.asyncDispose]() {
      const client = holder
      holder = undefined
      if (client) await endClient(client)
    },
  }
}

async function readSignature(client: pg.Client): Promise<unknown> {
  const { rows } = await client.query('select value from settings where key = $1', [OWNER_SETTING])
  return rows[0]?.value
}

async function lockedBy(client: pg.Client, where: string): Promise<Failure> {
  const { rows } = await client.query(
    `select a.application_name as name, host(a.client_addr) as address, a.backend_start as since
       from pg_locks l join pg_stat_activity a using (pid)
      where l.locktype = 'advisory' and l.granted and l.classid = $1 and l.objid = $2
        and l.database = (select oid from pg_database where datname = current_database())`,
    [...LOCK],
  )
  const { name, address, since } = rows[0] ?? {}
  const who = name ? `${name}${address ? ` (${address})` : ''}` : 'another edgeboot'
  const start = since instanceof Date ? `, since ${since.toISOString()}` : ''
  return new Failure(
    'store.locked',
    `the database ${where} is in use by ${who}${start}; stop it, or give another database in DATABASE_URL`,
    { database: where },
  )
}

function ownedMeanwhile(where: string): Failure {
  return new Failure(
    'store.locked',
    `while the database ${where} was away another edgeboot took it over and may have changed it; start this one again`,
    { database: where },
  )
}

/** Ends the session in order, or by force when the server does not answer. */
async function endClient(client: pg.Client): Promise<void> {
  const cut = setTimeout(() => cutConnection(client), 2000)
  await client.end().catch(() => undefined)
  clearTimeout(cut)
}
