import { expect, test } from 'vitest'
import { formatFindings } from './findings.ts'

const good = { name: 'port', verdict: 'good', detail: '8080 is free' } as const
const warning = {
  name: 'clock',
  verdict: 'warning',
  detail: '70 s apart',
  remedy: 'set it\u001b[31m',
} as const
const bad = {
  name: 'xorriso',
  verdict: 'bad',
  detail: 'is missing',
  remedy: 'apt-get install xorriso',
} as const

test('findings are a table with what to do below it', () => {
  expect(formatFindings([good, warning, bad])).toBe(
    `         CHECK    FOUND
ok       port     8080 is free
WARNING  clock    70 s apart
BAD      xorriso  is missing

clock: set it?[31m
xorriso: apt-get install xorriso
1 good, 1 warnings, 1 bad
`,
  )
})
