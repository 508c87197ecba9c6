/** One thing that was looked at. */
export interface Finding {
  /** What was looked at, the same in every run: `privilege Network.Assign`. */
  readonly name: string
  /** `warning`: it works, or may work, but somebody should know. */
  readonly verdict: 'good' | 'warning' | 'bad'
  /** What was found. Never secrets. */
  readonly detail: string
  /** What to do about it. */
  readonly remedy?: string | undefined
}

/** The worst verdict there is; `good` of nothing. */
export function worstOf(findings: readonly Finding[]): Finding['verdict'] {
  const has = (verdict: Finding['verdict']) => findings.some((finding) => finding.verdict === verdict)
  if (has('bad')) return 'bad'
  return has('warning') ? 'warning' : 'good'
}
