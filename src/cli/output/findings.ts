import type { Finding } from '../../app/doctor.ts'
import { printable } from '../../domain/printable.ts'
import { formatTable } from './table.ts'

const WORDS = { good: 'ok', warning: 'WARNING', bad: 'BAD' } as const

/** The worst verdict there is; `good` of nothing. */
export function worstOf(findings: readonly Finding[]): Finding['verdict'] {
  const has = (verdict: Finding['verdict']) => findings.some((finding) => finding.verdict === verdict)
  if (has('bad')) return 'bad'
  return has('warning') ? 'warning' : 'good'
}

/** A table of everything, and below it what to do about what is not good. */
export function formatFindings(findings: readonly Finding[]): string {
  const rows = findings.map(({ name, verdict, detail }) => [WORDS[verdict], name, detail])
  const remedies = findings.flatMap(({ name, verdict, remedy }) =>
    verdict === 'good' || remedy === undefined ? [] : [`${printable(name)}: ${printable(remedy)}`],
  )
  const count = (verdict: Finding['verdict']) =>
    findings.filter((finding) => finding.verdict === verdict).length
  const summary = `${count('good')} good, ${count('warning')} warnings, ${count('bad')} bad`
  return [formatTable(['', 'CHECK', 'FOUND'], rows), '', ...remedies, summary, ''].join('\n')
}
