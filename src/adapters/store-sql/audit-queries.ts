import type { Kysely } from 'kysely'
import { cleanAuditEntry, MAX_AUDIT_PAGE } from '../../domain/audit.ts'
import type { AuditTrail } from '../../ports/audit-trail.ts'
import { readAuditEntry } from './rows.ts'
import type { Tables } from './tables.ts'

export function createAuditQueries(db: Kysely<Tables>): AuditTrail {
  return {
    async appendAudit(given) {
      const entry = cleanAuditEntry(given)
      const { id } = await db
        .insertInto('audit')
        .values({ ...entry, detail: JSON.stringify(entry.detail) })
        .returning('id')
        .executeTakeFirstOrThrow()
      return { ...entry, id }
    },
    async auditEntries({ since, until, who, action, object, outcome, beforeId, limit }) {
      let query = db
        .selectFrom('audit')
        .selectAll()
        .orderBy('id', 'desc')
        .limit(Math.min(Math.max(limit, 1), MAX_AUDIT_PAGE))
      if (since !== undefined) query = query.where('time', '>=', since)
      if (until !== undefined) query = query.where('time', '<', until)
      if (who !== undefined) query = query.where('who', '=', who)
      if (action !== undefined) query = query.where('action', '=', action)
      if (object !== undefined) query = query.where('object', '=', object)
      if (outcome !== undefined) query = query.where('outcome', '=', outcome)
      if (beforeId !== undefined) query = query.where('id', '<', beforeId)
      return (await query.execute()).map(readAuditEntry)
    },
  }
}
