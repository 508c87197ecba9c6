/** What is measured of one contender under one condition: one number a repetition. */
export interface Cell {
  /** The condition, for example `64 connections`. */
  readonly row: string
  /** Who was measured. */
  readonly column: string
  readonly samples: readonly number[]
}

/** What is wanted of a cell's median: as it is, or divided by that of another column of the same row. */
export interface Goal {
  readonly row: string
  readonly column: string
  readonly dividedBy?: string
  readonly atMost?: number
  readonly atLeast?: number
}

/** One table of the report. */
export interface Table {
  /** Names it in files, for good. */
  readonly id: string
  readonly title: string
  /** What was done to get these numbers, in sentences. */
  readonly method: string
  readonly unit: string
  readonly cells: readonly Cell[]
  readonly goals: readonly Goal[]
}

/** What all benchmarks of one run have in common. */
export interface BenchContext {
  /** Small and once: whether it works at all, and no order of magnitude was lost. */
  readonly isQuick: boolean
  /** How often everything is repeated. */
  readonly repetitions: number
  /** A folder for files, removed afterwards. */
  readonly folder: string
  /** Tells what goes on. */
  note(text: string): void
  /** Keeps which version of a program was measured. */
  uses(program: string, version: string): void
}

/** Measures and gives its tables; one that cannot be measured here is left out with a note. */
export interface Bench {
  readonly name: string
  run(context: BenchContext): Promise<readonly Table[]>
}
