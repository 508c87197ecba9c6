import type { Kysely } from 'kysely'
import type { SessionStore } from '../../ports/session-store.ts'
import type { Tables } from './tables.ts'

export function createSessionQueries(db: Kysely<Tables>): SessionStore {
  return {
    async addSession(cookieHash, { tokenHash, expiresAt }) {
      await db
        .insertInto('sessions')
        .values({ cookie_hash: cookieHash, token_hash: tokenHash, expires_at: expiresAt })
        .execute()
    },
    async session(cookieHash) {
      const row = await db
        .selectFrom('sessions')
        .selectAll()
        .where('cookie_hash', '=', cookieHash)
        .executeTakeFirst()
      return row && { tokenHash: row.token_hash, expiresAt: Number(row.expires_at) }
    },
    async removeSession(cookieHash) {
      await db.deleteFrom('sessions').where('cookie_hash', '=', cookieHash).execute()
    },
    async pruneSessions(at, keep) {
      const kept = db
        .selectFrom('sessions')
        .select('cookie_hash')
        .orderBy('expires_at', 'desc')
        .orderBy('cookie_hash')
        .limit(keep)
      await db
        .deleteFrom('sessions')
        .where((where) => where.or([where('expires_at', '<=', at), where('cookie_hash', 'not in', kept)]))
        .execute()
    },
  }
}
