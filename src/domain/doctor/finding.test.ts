import { expect, test } from 'vitest'
import { type Finding, worstOf } from './finding.ts'

const finding = (verdict: Finding['verdict']): Finding => ({ name: 'clock', verdict, detail: '' })

test('one bad finding spoils it all, one warning nothing but itself', () => {
  expect(worstOf([])).toBe('good')
  expect(worstOf([finding('good'), finding('warning')])).toBe('warning')
  expect(worstOf([finding('bad'), finding('good'), finding('warning')])).toBe('bad')
})
