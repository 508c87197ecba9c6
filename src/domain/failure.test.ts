import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { FAILURES } from './failure.ts'

test('every failure is explained in the reference, with its exit code and status, and no other', () => {
  const page = readFileSync(new URL('../../docs/reference/failures.md', import.meta.url), 'utf8')

  const explained = [...page.matchAll(/^\| `([^`]+)` +\| (\d) +\| (\d+) +\| [^|]+\. +\| [^|]+\. +\|$/gm)].map(
    ([, code, exit, status]) => [code, Number(exit), Number(status)],
  )

  expect(explained.toSorted()).toEqual(
    Object.entries(FAILURES)
      .map(([code, { exit, status }]) => [code, exit, status])
      .toSorted(),
  )
})
