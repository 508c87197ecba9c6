import { type Kysely, sql } from 'kysely'
import type { MigrationContext } from './context.ts'

/**
 * Config tokens are sealed at rest. A table beside, because SQLite cannot drop the unique column that held them in
 * the clear; sealed text is different every time, so nothing about it could be unique by itself.
 */
export async function up(db: Kysely<unknown>, { secretBox }: MigrationContext): Promise<void> {
  await db.schema
    .createTable('sealed_boots')
    .addColumn('boot_id', 'varchar(32)', (column) => column.primaryKey())
    .addColumn('sealed_token', 'text', (column) => column.notNull())
    .addColumn('host', 'varchar(63)', (column) =>
      column.notNull().references('hosts.name').onDelete('cascade'),
    )
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute()
  const { rows } = await sql<{
    boot_id: string
    token: string
    host: string
    created_at: number
  }>`select boot_id, token, host, created_at from boots`.execute(db)
  for (const { boot_id, token, host, created_at } of rows) {
    await sql`insert into sealed_boots (boot_id, sealed_token, host, created_at)
      values (${boot_id}, ${secretBox.seal(token)}, ${host}, ${created_at})`.execute(db)
  }
  await db.schema.dropTable('boots').execute()
  await db.schema.alterTable('sealed_boots').renameTo('boots').execute()
}
