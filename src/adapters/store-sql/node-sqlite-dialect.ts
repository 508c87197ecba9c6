import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { SqliteDialect } from 'kysely'

/** Statements kept for the next time; there are about so many different ones. */
const MAX_KEPT = 100
/** Statements of many rows are seldom the same twice. Characters. */
const MAX_KEPT_LENGTH = 2000

/**
 * Kysely on the SQLite that is built into Node; it expects the shape of better-sqlite3. Statements are compiled once: the
 * same few are asked for at every script that is served.
 */
export function createNodeSqliteDialect(database: DatabaseSync): SqliteDialect {
  const kept = new Map<string, { readonly statement: StatementSync; readonly reader: boolean }>()

  function compile(sql: string) {
    const statement = database.prepare(sql)
    return { statement, reader: statement.columns().length > 0 }
  }

  function compiled(sql: string) {
    const known = kept.get(sql)
    if (known) return known
    const made = compile(sql)
    // What changes tables changes what others give.
    if (/^(create|alter|drop|pragma)/i.test(sql)) kept.clear()
    else if (sql.length <= MAX_KEPT_LENGTH) {
      const [oldest] = kept.size >= MAX_KEPT ? kept.keys() : []
      if (oldest !== undefined) kept.delete(oldest)
      kept.set(sql, made)
    }
    return made
  }

  return new SqliteDialect({
    database: {
      close: () => {
        kept.clear()
        database.close()
      },
      prepare: (sql) => {
        const { statement, reader } = compiled(sql)
        const bind = (parameters: readonly unknown[]) => parameters as SQLInputValue[]
        return {
          reader,
          all: (parameters) => statement.all(...bind(parameters)),
          run: (parameters) => statement.run(...bind(parameters)),
          // One that is gone through step by step may be asked for again meanwhile.
          iterate: (parameters) => compile(sql).statement.iterate(...bind(parameters)),
        }
      },
    },
  })
}
