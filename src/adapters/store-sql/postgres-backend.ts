import type { Log } from '../../ports/log.ts'
import type { Backend } from './backend.ts'
import { createPostgresOwner } from './postgres-owner.ts'
import { createPostgresConnections, type PostgresLimits } from './postgres-pool.ts'
import { parsePostgresUrl } from './postgres-url.ts'

/** PostgreSQL behind a small pool; connects at the first use. Failure `usage.invalid` for a URL that is none. */
export function createPostgresBackend(input: {
  readonly url: string
  readonly purpose: string
  readonly limits: PostgresLimits
  readonly log: Log
}): Backend {
  const { url, where, mask } = parsePostgresUrl(input.url)
  const connections = createPostgresConnections({ ...input, url })
  const owner = createPostgresOwner({ ...input, url, where })
  let owns = false
  return {
    kind: 'postgres',
    db: connections.db,
    where,
    async own() {
      await owner.take()
      owns = true
    },
    sign: () => owner.sign(),
    ready: async () => (owns ? await owner.renew() : undefined),
    reasonOf: (error) => mask(reasonOf(error)),
    async [Symbol.asyncDispose]() {
      await connections[Symbol.asyncDispose]()
      await owner[Symbol.asyncDispose]()
    },
  }
}

/** A refused connection to a name with several addresses comes as several errors in one without a message. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ')
  return error instanceof Error ? error.message || error.name : String(error)
}
