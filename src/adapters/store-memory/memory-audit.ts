import { cleanAuditEntry, MAX_AUDIT_PAGE, type RecordedAuditEntry } from '../../domain/audit.ts'
import type { AuditTrail } from '../../ports/audit-trail.ts'

/** An audit trail in memory only. */
export function createMemoryAudit(): AuditTrail {
  const entries: RecordedAuditEntry[] = []
  return {
    appendAudit: async (entry) => {
      const recorded = { ...cleanAuditEntry(entry), id: entries.length + 1 }
      entries.push(recorded)
      return recorded
    },
    auditEntries: async ({ since, until, who, action, object, outcome, beforeId, limit }) =>
      entries
        .filter(
          (entry) =>
            (since === undefined || entry.time >= since) &&
            (until === undefined || entry.time < until) &&
            (who === undefined || entry.who === who) &&
            (action === undefined || entry.action === action) &&
            (object === undefined || entry.object === object) &&
            (outcome === undefined || entry.outcome === outcome) &&
            (beforeId === undefined || entry.id < beforeId),
        )
        .toReversed()
        .slice(0, Math.min(Math.max(limit, 1), MAX_AUDIT_PAGE)),
  }
}
