import type { Kysely } from 'kysely'
import { addIdColumn, type MigrationContext } from './context.ts'

/** Hosts, their boots and events; registered installers, digests, settings. */
export async function up(db: Kysely<unknown>, { kind }: MigrationContext): Promise<void> {
  await db.schema
    .createTable('hosts')
    .addColumn('name', 'varchar(63)', (column) => column.primaryKey())
    .addColumn('definition', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('boots')
    .addColumn('boot_id', 'varchar(32)', (column) => column.primaryKey())
    .addColumn('token', 'varchar(64)', (column) => column.notNull().unique())
    .addColumn('host', 'varchar(63)', (column) =>
      column.notNull().references('hosts.name').onDelete('cascade'),
    )
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute()
  await addIdColumn(db.schema.createTable('events'), kind)
    .addColumn('host', 'varchar(63)', (column) =>
      column.notNull().references('hosts.name').onDelete('cascade'),
    )
    .addColumn('boot_id', 'varchar(32)')
    .addColumn('time', 'bigint', (column) => column.notNull())
    .addColumn('type', 'varchar(64)', (column) => column.notNull())
    .addColumn('data', 'text', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('events_by_host').on('events').columns(['host', 'id']).execute()
  await db.schema
    .createTable('installers')
    .addColumn('name', 'varchar(128)', (column) => column.primaryKey())
    .addColumn('definition', 'text', (column) => column.notNull())
    .addColumn('added_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('digests')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('sha256', 'char(64)', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('settings')
    .addColumn('key', 'varchar(128)', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute()
}
