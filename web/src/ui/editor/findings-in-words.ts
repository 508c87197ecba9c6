import type { UserDataCheck } from '../../../../src/contract/user-data.ts'

/** `2 errors, 1 warning`; what the document is, where nothing is wrong. */
export function findingsInWords({ findings, summary }: UserDataCheck): string {
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const counts = [countOf(errors, 'error'), countOf(findings.length - errors, 'warning')]
  const told = counts.filter((count) => count !== undefined).join(', ')
  const managed = summary && `managed ${summary.managementMode === 'central' ? 'centrally' : 'locally'}`
  return [told || 'Nothing is wrong', managed].filter((part) => part !== undefined).join('; ')
}

function countOf(count: number, word: string): string | undefined {
  return count === 0 ? undefined : `${count} ${word}${count === 1 ? '' : 's'}`
}

export function hasErrors({ findings }: UserDataCheck): boolean {
  return findings.some(({ severity }) => severity === 'error')
}
