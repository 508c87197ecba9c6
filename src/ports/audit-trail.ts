import type { AuditEntry, AuditFilter, RecordedAuditEntry } from '../domain/audit.ts'

/** Who did what, kept for good and never changed. Failure `store.failed` when it cannot. */
export interface AuditTrail {
  /** Appends the entry as `cleanAuditEntry` leaves it; the id returned is larger than all before. */
  appendAudit(entry: AuditEntry): Promise<RecordedAuditEntry>
  /** Entries that fit, the newest first, at most `limit`; the next page is the one with `beforeId` of the last. */
  auditEntries(filter: AuditFilter): Promise<readonly RecordedAuditEntry[]>
}
