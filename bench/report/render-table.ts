import { judgeGoals } from '../measure/goals.ts'
import { median, spread } from '../measure/statistics.ts'
import type { Table } from '../measure/table.ts'

/** Markdown: a line for each condition, a column for each contender, medians with their spread; then the goals. */
export function renderTable(table: Table): string {
  const { cells, unit } = table
  const rows = [...new Set(cells.map(({ row }) => row))]
  const columns = [...new Set(cells.map(({ column }) => column))]
  const textAt = (row: string, column: string): string => {
    const found = cells.find((cell) => cell.row === row && cell.column === column)
    return found ? `${digits(median(found.samples))}${spreadOf(found.samples)}` : ''
  }
  const lines = [
    `| ${unit} | ${columns.join(' | ')} |`,
    `| --- | ${columns.map(() => '---:').join(' | ')} |`,
    ...rows.map((row) => `| ${row} | ${columns.map((column) => textAt(row, column)).join(' | ')} |`),
  ]
  const goals = judgeGoals(table).map(({ row, column, dividedBy, atMost, atLeast, value, isMet }) => {
    const what = dividedBy === undefined ? column : `${column} ÷ ${dividedBy}`
    const wanted = atMost === undefined ? `≥ ${atLeast}` : `≤ ${atMost}`
    return `- ${row}: ${what} = **${digits(value)}**, goal ${wanted}: ${isMet ? 'met' : '**missed**'}`
  })
  return [...lines, ...(goals.length > 0 ? ['', ...goals] : [])].join('\n')
}

function spreadOf(samples: readonly number[]): string {
  return samples.length > 1 ? ` ± ${Math.round((spread(samples) / 2) * 100)} %` : ''
}

/** Three digits that mean something. */
export function digits(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)))
}
