import { expect, test } from 'vitest'
import type { UserDataFinding } from '../../../../src/contract/user-data.ts'
import { findingsInWords, hasErrors } from './findings-in-words.ts'

const finding = (severity: UserDataFinding['severity']): UserDataFinding => ({
  ...{ severity, rule: 'type', message: 'is text', line: 1, column: 1 },
})
const summary = { managementMode: 'local', finish: 'poweroff' } as const

test('findings are counted, and the document is told when it can be read', () => {
  const findings = [finding('error'), finding('error'), finding('warning')]

  expect(findingsInWords({ findings })).toBe('2 errors, 1 warning')
  expect(findingsInWords({ findings: [finding('warning')], summary })).toBe('1 warning; managed locally')
  expect(findingsInWords({ findings: [], summary })).toBe('Nothing is wrong; managed locally')
  expect(hasErrors({ findings })).toBe(true)
  expect(hasErrors({ findings: [finding('warning')] })).toBe(false)
})
