import type { Kysely } from 'kysely'

/** The wish for the fleet: one row for each installer, profile and host, and one for the rest. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('fleet_parts')
    .addColumn('kind', 'varchar(16)', (column) => column.notNull())
    .addColumn('name', 'varchar(128)', (column) => column.notNull())
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('sealed_definition', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('fleet_parts_key', ['kind', 'name'])
    .execute()
  await db.schema
    .createTable('fleet_version')
    .addColumn('version', 'integer', (column) => column.notNull())
    .execute()
}
