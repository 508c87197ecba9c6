import { describe, expect, test } from 'vitest'
import type { DoctorFinding } from '../../../../src/contract/doctor.ts'
import { summaryOf, worstFirst } from './findings.ts'

function findings(...verdicts: DoctorFinding['verdict'][]): readonly DoctorFinding[] {
  return verdicts.map((verdict, at) => ({ name: `check ${at}`, verdict, detail: '' }))
}

describe('what the doctor found', () => {
  test('is listed with the worst first, and otherwise as it was looked at', () => {
    const sorted = worstFirst(findings('good', 'warning', 'bad', 'good', 'bad'))

    expect(sorted.map(({ name }) => name)).toEqual(['check 2', 'check 4', 'check 1', 'check 0', 'check 3'])
  })

  test.each([
    [findings('good', 'good'), 'All 2 things looked at are good'],
    [findings('good', 'warning'), 'It works; one warning'],
    [findings('warning', 'warning'), 'It works; 2 warnings'],
    [findings('bad', 'good'), '1 of 2 things looked at will not work'],
    [findings('bad', 'warning', 'good'), '1 of 3 things looked at will not work, 1 warning'],
  ])('is told in one line', (given, line) => {
    expect(summaryOf(given)).toBe(line)
  })
})
