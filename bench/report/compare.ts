import type { Results } from '../measure/results.ts'
import { median } from '../measure/statistics.ts'
import { digits } from './render-table.ts'

/** Medians of both runs side by side, for cells that both have; the most changed first. */
export function compareResults(now: Results, before: Results): string {
  const earlier = new Map(
    before.tables.flatMap(({ id, cells }) =>
      cells.map(({ row, column, samples }) => [keyOf(id, row, column), median(samples)] as const),
    ),
  )
  const changes = now.tables.flatMap(({ id, unit, cells }) =>
    cells.flatMap(({ row, column, samples }) => {
      const [is, was] = [median(samples), earlier.get(keyOf(id, row, column))]
      return was === undefined ? [] : [{ id, row, column, unit, is, was, factor: is / was }]
    }),
  )
  return changes
    .toSorted((a, b) => Math.abs(Math.log(b.factor)) - Math.abs(Math.log(a.factor)))
    .map(
      ({ id, row, column, unit, is, was, factor }) =>
        `${id}, ${row}, ${column}: ${digits(is)} ${unit}, was ${digits(was)} (× ${digits(factor)})`,
    )
    .join('\n')
}

function keyOf(id: string, row: string, column: string): string {
  return `${id}\n${row}\n${column}`
}
