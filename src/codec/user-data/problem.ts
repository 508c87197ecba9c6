import type { Finding, UserDataContext } from '../../domain/user-data.ts'
import { USER_DATA_RULES, type UserDataRule } from '../../domain/user-data-rules.ts'
import type { Located } from './located.ts'

/** A finding whose place is still an offset in the text. */
export interface Problem {
  readonly rule: UserDataRule
  readonly offset: number
  readonly message: string
  readonly fix?: string
}

/** One thing to look for in a document that could be read. */
export type Check = (root: Located, context: UserDataContext) => readonly Problem[]

/** The problem as people see it: with line, column and severity. */
export function toFinding(
  { rule, offset, message, fix }: Problem,
  place: (offset: number) => { readonly line: number; readonly column: number },
): Finding {
  const severity = USER_DATA_RULES[rule]
  return { severity, rule, message, ...place(offset), ...(fix === undefined ? {} : { fix }) }
}
