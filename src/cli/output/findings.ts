import type { Finding } from '../../domain/doctor/finding.ts'
import { printable } from '../../domain/printable.ts'
import { formatTable } from './table.ts'

const WORDS = { good: 'ok', warning: 'WARNING', bad: 'BAD' } as const

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
