import type { Table } from '../measure/table.ts'

/** A table for tests. */
export function aTable(fields: Partial<Table> = {}): Table {
  return { id: 'some', title: 'Some', method: 'Done.', unit: 'seconds', cells: [], goals: [], ...fields }
}
