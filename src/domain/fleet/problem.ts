import { Failure } from '../failure.ts'

/** Where something stands in a file; line and column count from 1, columns in UTF-16 units. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** One mistake in a fleet file or in a file it names. `key` is the path of it, for example `hosts[3].match.mac`. */
export interface FleetProblem extends Place {
  readonly key: string
  /** What is wrong and what would be right. Never a secret. */
  readonly message: string
}

/** More mistakes than this at once help nobody. */
const MAX_PROBLEMS_TOLD = 50

/** `fleet.yaml:12:5`, as editors and terminals know it. */
export function formatPlace({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`
}

/** One mistake as one line. */
export function formatProblem(problem: FleetProblem): string {
  return `${formatPlace(problem)}: ${problem.key ? `${problem.key}: ` : ''}${problem.message}`
}

/** Failure `fleet.invalid` that tells the mistakes in the order of the files, at most the first fifty. */
export function fleetInvalid(problems: readonly FleetProblem[]): Failure {
  const told = problems.slice(0, MAX_PROBLEMS_TOLD).map(formatProblem)
  const more = problems.length - told.length
  const lines = more > 0 ? [...told, `and ${more} more`] : told
  return new Failure('fleet.invalid', `the fleet cannot be used:\n  ${lines.join('\n  ')}`, {
    problems: problems.length,
  })
}
