import { median } from './statistics.ts'
import type { Goal, Table } from './table.ts'

/** A goal with what was measured. `value` is the median, or the ratio of both medians. */
export interface JudgedGoal extends Goal {
  readonly value: number
  readonly isMet: boolean
}

/** Goals of which every cell was measured. */
export function judgeGoals({ cells, goals }: Table): readonly JudgedGoal[] {
  const medianOf = (row: string, column: string): number => {
    const cell = cells.find((one) => one.row === row && one.column === column)
    return cell ? median(cell.samples) : Number.NaN
  }
  return goals.flatMap((goal) => {
    const { row, column, dividedBy, atMost, atLeast } = goal
    const value = medianOf(row, column) / (dividedBy === undefined ? 1 : medianOf(row, dividedBy))
    if (Number.isNaN(value)) return []
    const isMet =
      value <= (atMost ?? Number.POSITIVE_INFINITY) && value >= (atLeast ?? Number.NEGATIVE_INFINITY)
    return [{ ...goal, value, isMet }]
  })
}
