import type { Cell } from './table.ts'

/** Gathers numbers while contenders take turns. */
export interface Samples {
  add(row: string, column: string, value: number): void
  /** In the order in which rows and columns were met first. */
  cells(): readonly Cell[]
}

export function createSamples(): Samples {
  const gathered: { row: string; column: string; samples: number[] }[] = []
  return {
    add: (row, column, value) => {
      const cell = gathered.find((one) => one.row === row && one.column === column)
      if (cell) cell.samples.push(value)
      else gathered.push({ row, column, samples: [value] })
    },
    cells: () => gathered,
  }
}
