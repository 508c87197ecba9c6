import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely'
import pg from 'pg'
import type { Log } from '../../ports/log.ts'
import type { Tables } from './tables.ts'

/** How long anything may take, in milliseconds. */
export interface PostgresLimits {
  /** Until a connection is made, or one of the pool is free. */
  readonly connectMs: number
  /** Until the server has to give a statement up, waiting for locks included. */
  readonly statementMs: number
  /** Until an answer must be here although the server should have given up: it hangs, or the network does. */
  readonly answerMs: number
  /** Since the owner last heard from the session that holds its lock, until it asks again before it goes on. */
  readonly ownerCheckMs: number
}

/** The store answers no host, so it may take its time; but a run must not hang on it for good. */
export const POSTGRES_LIMITS: PostgresLimits = {
  connectMs: 5000,
  statementMs: 10_000,
  answerMs: 12_000,
  ownerCheckMs: 5000,
}

/** One owner writes in turn and a few readers look on; more connections would only take them from others. */
const POOL_SIZE = 4
/** How long connections get to say goodbye before they are cut. */
const GOODBYE_MS = 2000

/** Numbers where pg gives text: every `bigint` of ours is a time or a count below 2^53. Only for our own pool. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    oid === pg.types.builtins.INT8 && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format),
}

export interface PostgresConnections extends AsyncDisposable {
  readonly db: Kysely<Tables>
}

/** A small pool that connects when it is first used, and anew after the server was away. */
export function createPostgresConnections(input: {
  readonly url: string
  readonly limits: PostgresLimits
  readonly log: Log
}): PostgresConnections {
  const { url, limits, log } = input
  const open = new Set<pg.PoolClient>()
  const pool = new pg.Pool({ ...clientConfig(url, limits), max: POOL_SIZE, types, idleTimeoutMillis: 30_000 })
  // Connections that break while idle are replaced at the next use; without a listener they would end the process.
  pool.on('error', ({ message }) => log.debug({ reason: message }, 'a database connection ended'))
  pool.on('connect', (client) => {
    open.add(client)
    client.on('end', () => open.delete(client))
    // The pool listens only while a client is idle. One that breaks in use fails its query, and that is enough.
    client.on('error', () => undefined)
  })
  const dialect = new PostgresDialect({
    pool: {
      options: pool.options,
      connect: async () => cutWhenSilent(await pool.connect()),
      end: () => pool.end(),
    } satisfies PostgresPool,
  })
  return {
    db: new Kysely<Tables>({ dialect }),
    async [Symbol.asyncDispose]() {
      if (pool.ending) return
      const cut = setTimeout(() => {
        for (const client of open) cutConnection(client)
      }, GOODBYE_MS)
      const gone = [...open].map((client) => new Promise((resolve) => client.once('end', resolve)))
      // The pool counts connections as ended as soon as it has said goodbye; they would keep the process alive.
      await Promise.all([pool.end(), ...gone])
      clearTimeout(cut)
    },
  }
}

/** What every connection of ours to the URL has in common. */
export function clientConfig(url: string, limits: PostgresLimits): pg.ClientConfig {
  return {
    connectionString: url,
    connectionTimeoutMillis: limits.connectMs,
    statement_timeout: limits.statementMs,
    query_timeout: limits.answerMs,
    idle_in_transaction_session_timeout: limits.answerMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    application_name: 'edgeboot',
  }
}

/**
 * The client, with its connection cut as soon as an answer was waited for in vain: a rollback would wait as long
 * again, and the answer that comes late would hold up whoever is given the connection next.
 */
function cutWhenSilent(client: pg.PoolClient): PostgresPoolClient {
  let silent = false
  const query = async (sql: string, parameters: readonly unknown[]): Promise<unknown> => {
    try {
      return await client.query(sql, [...parameters])
    } catch (error) {
      if (error instanceof Error && error.message === 'Query read timeout') {
        silent = true
        cutConnection(client)
      }
      throw error
    }
  }
  return {
    query: query as PostgresPoolClient['query'],
    release: (destroy) => client.release(silent || destroy),
  }
}

/** pg has no public way to drop a connection without a goodbye that a dead peer never answers. */
export function cutConnection(client: pg.ClientBase): void {
  const { connection } = client as unknown as { connection?: { stream?: { destroy(): void } } }
  connection?.stream?.destroy()
}
