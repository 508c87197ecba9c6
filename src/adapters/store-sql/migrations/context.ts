import type { ColumnDefinitionBuilder, CreateTableBuilder } from 'kysely'
import type { SecretBox } from '../../../ports/secret-box.ts'
import type { SqlKind } from '../backend.ts'

/** What a migration may need to know besides the database. */
export interface MigrationContext {
  readonly kind: SqlKind
  readonly secretBox: SecretBox
}

/** Adds the column `id` that numbers rows in order of their insertion and never gives a number twice. */
export function addIdColumn<T extends string, C extends string>(
  table: CreateTableBuilder<T, C>,
  kind: SqlKind,
): CreateTableBuilder<T, C | 'id'> {
  return kind === 'postgres'
    ? table.addColumn('id', 'bigint', (column: ColumnDefinitionBuilder) =>
        column.generatedAlwaysAsIdentity().primaryKey(),
      )
    : table.addColumn('id', 'integer', (column: ColumnDefinitionBuilder) =>
        column.primaryKey().autoIncrement(),
      )
}
