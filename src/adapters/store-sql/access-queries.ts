import type { Kysely } from 'kysely'
import { tokenNameTaken } from '../../domain/access.ts'
import type { AccessStore } from '../../ports/access-store.ts'
import { readAccessToken } from './rows.ts'
import type { Tables } from './tables.ts'

export function createAccessQueries(db: Kysely<Tables>): AccessStore {
  return {
    async addToken({ name, role, hash, createdAt, expiresAt }) {
      const row = await db
        .insertInto('access_tokens')
        .values({ name, role, hash, created_at: createdAt, expires_at: expiresAt ?? null })
        .onConflict((conflict) => conflict.column('name').where('revoked_at', 'is', null).doNothing())
        .returningAll()
        .executeTakeFirst()
      if (!row) throw tokenNameTaken(name)
      return readAccessToken(row)
    },
    async tokens() {
      const rows = await db.selectFrom('access_tokens').selectAll().orderBy('id').execute()
      return rows.map(readAccessToken)
    },
    async findToken(hash) {
      const row = await db.selectFrom('access_tokens').selectAll().where('hash', '=', hash).executeTakeFirst()
      return row && { ...readAccessToken(row), hash: row.hash }
    },
    async revokeToken(name, at) {
      const row = await db
        .updateTable('access_tokens')
        .set({ revoked_at: at })
        .where('name', '=', name)
        .where('revoked_at', 'is', null)
        .returningAll()
        .executeTakeFirst()
      return row && readAccessToken(row)
    },
    async noteTokenUse(id, at) {
      await db
        .updateTable('access_tokens')
        .set({ last_used_at: at })
        .where('id', '=', id)
        .where((where) => where.or([where('last_used_at', 'is', null), where('last_used_at', '<', at)]))
        .execute()
    },
  }
}
