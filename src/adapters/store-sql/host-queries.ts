import { CompiledQuery, type Insertable, type Kysely } from 'kysely'
import type { RecordedEvent } from '../../domain/event.ts'
import type { HostStore } from '../../ports/host-store.ts'
import type { SecretBox } from '../../ports/secret-box.ts'
import { byName, readBoot, readEvent, readHost, writeHost } from './rows.ts'
import type { Tables } from './tables.ts'

/** A fleet's events are many, and each statement has its time limit; so they are read in pieces of so many rows. */
const EVENTS_AT_ONCE = 10_000
/** Values in one insert; databases limit how many there may be. */
const ROWS_AT_A_TIME = 200

/** Statements for up to so many events are written once. */
const KEPT_STATEMENTS = 32

export function createHostQueries(db: Kysely<Tables>, secretBox: SecretBox): HostStore {
  const eventInsertion = keepEventInsertions(db)
  return {
    async hosts() {
      const rows = await db.selectFrom('hosts').selectAll().execute()
      return rows
        .toSorted((a, b) => a.created_at - b.created_at || byName(a, b))
        .map((row) => readHost(row, secretBox))
    },
    async saveHost(...hosts) {
      // The last of a name counts, and one statement may not touch a row twice.
      const rows = [...new Map(hosts.map((host) => [host.name, host])).values()].map((host) => ({
        name: host.name,
        definition: writeHost(host, secretBox),
        created_at: host.createdAt,
      }))
      await db.transaction().execute(async (transaction) => {
        for (let at = 0; at < rows.length; at += ROWS_AT_A_TIME) {
          await transaction
            .insertInto('hosts')
            .values(rows.slice(at, at + ROWS_AT_A_TIME))
            .onConflict((conflict) =>
              conflict.column('name').doUpdateSet(({ ref }) => ({
                definition: ref('excluded.definition'),
                created_at: ref('excluded.created_at'),
              })),
            )
            .execute()
        }
      })
    },
    async deleteHost(name) {
      await db.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('events').where('host', '=', name).execute()
        await transaction.deleteFrom('boots').where('host', '=', name).execute()
        await transaction.deleteFrom('hosts').where('name', '=', name).execute()
      })
    },
    async boots() {
      const rows = await db.selectFrom('boots').selectAll().orderBy('created_at').orderBy('boot_id').execute()
      return rows.map((row) => readBoot(row, secretBox))
    },
    async addBoot({ bootId, token, host, createdAt }) {
      const values = {
        boot_id: bootId,
        sealed_token: secretBox.seal(token),
        host,
        created_at: createdAt,
      }
      await db.insertInto('boots').values(values).execute()
    },
    async forgetBoots(bootIds) {
      for (let at = 0; at < bootIds.length; at += ROWS_AT_A_TIME) {
        const some = bootIds.slice(at, at + ROWS_AT_A_TIME)
        await db.deleteFrom('boots').where('boot_id', 'in', some).execute()
      }
    },
    async appendEvents(...events) {
      const rows = events.map((event) => ({
        host: event.host,
        boot_id: event.bootId ?? null,
        time: event.time,
        type: event.type,
        data: JSON.stringify(event.data),
      }))
      if (rows.length === 0) return []
      const given = await db.executeQuery(eventInsertion(rows))
      // Ids are given in the order of the rows; in which order they come back, nobody promises.
      const ids = given.rows.map(({ id }) => id).toSorted((a, b) => a - b)
      return events.map((event, at) => ({ ...event, id: ids[at] as number }))
    },
    async events({ host, type, afterId = 0, limit = Number.MAX_SAFE_INTEGER } = {}) {
      const events: RecordedEvent[] = []
      for (let last = afterId; ; last = events.at(-1)?.id ?? last) {
        let query = db
          .selectFrom('events')
          .selectAll()
          .where('id', '>', last)
          .orderBy('id')
          .limit(Math.min(EVENTS_AT_ONCE, limit - events.length))
        if (host !== undefined) query = query.where('host', '=', host)
        if (type !== undefined) query = query.where('type', '=', type)
        const rows = await query.execute()
        for (const row of rows) events.push(readEvent(row))
        if (rows.length < EVENTS_AT_ONCE || events.length >= limit) return events
      }
    },
    async lastEventId() {
      const row = await db
        .selectFrom('events')
        .select((expression) => expression.fn.max('id').as('last'))
        .executeTakeFirst()
      return Number(row?.last ?? 0)
    },
  }
}

/**
 * Builds the statement that adds these events and answers their ids. Events are what is written most, and building a statement
 * costs more than carrying it out; it differs only in how many rows there are. Values stand in the order in which rows name them.
 */
function keepEventInsertions(db: Kysely<Tables>) {
  const kept = new Map<number, string>()
  return (rows: readonly Insertable<Tables['events']>[]): CompiledQuery<{ id: number }> => {
    const statement = kept.get(rows.length)
    if (statement !== undefined)
      return CompiledQuery.raw(statement, rows.flatMap(Object.values)) as CompiledQuery<{ id: number }>
    const built = db.insertInto('events').values(rows).returning('id').compile()
    if (rows.length <= KEPT_STATEMENTS) kept.set(rows.length, built.sql)
    return built
  }
}
