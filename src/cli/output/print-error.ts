import { FAILURES, Failure } from '../../domain/failure.ts'
import { printable } from '../../domain/printable.ts'

/** The exit code for an error: 2 when the input or the usage is wrong, otherwise 1. */
export function exitCodeOf(error: unknown): 1 | 2 {
  return error instanceof Failure ? FAILURES[error.code].exit : 1
}

/** An error for people; with `json` one document for programs. A bug of ours shows its stack. */
export function describeError(error: unknown, json: boolean): string {
  if (json) {
    const known = error instanceof Failure
    const code = known ? error.code : 'internal'
    const message = error instanceof Error ? error.message : String(error)
    return `${JSON.stringify({ error: { code, message, ...(known ? { details: error.details } : {}) } }, null, 2)}\n`
  }
  if (error instanceof Failure) return `edgeboot: ${linesOf(error.message)}  [${error.code}]\n`
  return `edgeboot: this should not have happened; please report it.\n${error instanceof Error ? error.stack : String(error)}\n`
}

/** Messages name labels, files and answers of others; the lines are ours. */
function linesOf(message: string): string {
  return message.split('\n').map(printable).join('\n')
}
