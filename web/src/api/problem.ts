import type { Problem } from '../../../src/contract/common.ts'

/** An answer of the server that says what went wrong (RFC 9457), or that there was none. */
export class ApiProblem extends Error {
  /** 0: no answer at all. */
  readonly status: number
  /** As docs/reference/failures.md explains them. */
  readonly code: string
  readonly errors: NonNullable<Problem['errors']>

  constructor(status: number, code: string, detail: string, errors: NonNullable<Problem['errors']> = []) {
    super(detail)
    this.name = 'ApiProblem'
    this.status = status
    this.code = code
    this.errors = errors
  }
}

/** What to show to people of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

export function isLoginNeeded(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 401
}
