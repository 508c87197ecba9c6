import { type Kysely, sql } from 'kysely'
import { addIdColumn, type MigrationContext } from './context.ts'

/** Access tokens and the audit trail. */
export async function up(db: Kysely<unknown>, { kind }: MigrationContext): Promise<void> {
  await addIdColumn(db.schema.createTable('access_tokens'), kind)
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull().unique())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint')
    .addColumn('revoked_at', 'bigint')
    .addColumn('last_used_at', 'bigint')
    .execute()
  // A revoked token's name may be used again; two that work may not have the same.
  await sql`create unique index access_tokens_in_force on access_tokens (name) where revoked_at is null`.execute(
    db,
  )
  await addIdColumn(db.schema.createTable('audit'), kind)
    .addColumn('time', 'bigint', (column) => column.notNull())
    .addColumn('who', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('object', 'text', (column) => column.notNull())
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('detail', 'text', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('audit_by_time').on('audit').column('time').execute()
}
