import type { DoctorFinding } from '../../../../src/contract/doctor.ts'

const RANK: Readonly<Record<DoctorFinding['verdict'], number>> = { bad: 0, warning: 1, good: 2 }

/** What does not work first; otherwise as the server looked. */
export function worstFirst(findings: readonly DoctorFinding[]): readonly DoctorFinding[] {
  return findings.toSorted((a, b) => RANK[a.verdict] - RANK[b.verdict])
}

/** All of it in one line. */
export function summaryOf(findings: readonly DoctorFinding[]): string {
  const count = (verdict: DoctorFinding['verdict']): number =>
    findings.filter((finding) => finding.verdict === verdict).length
  const [bad, warnings] = [count('bad'), count('warning')]
  const rest = warnings === 0 ? '' : `, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`
  if (bad > 0) return `${bad} of ${findings.length} things looked at will not work${rest}`
  return warnings > 0
    ? `It works; ${warnings === 1 ? 'one warning' : `${warnings} warnings`}`
    : `All ${findings.length} things looked at are good`
}
