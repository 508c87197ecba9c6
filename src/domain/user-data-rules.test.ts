import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { USER_DATA_RULES } from './user-data-rules.ts'

test('every rule is explained in the reference with its severity, and no other', () => {
  const page = readFileSync(new URL('../../docs/reference/user-data-rules.md', import.meta.url), 'utf8')

  const explained = [...page.matchAll(/^\| `([^`]+)` +\| (\w+) +\| [^|]+\. +\| [^|]+\. +\|$/gm)].map(
    ([, rule, severity]) => [rule, severity],
  )

  expect(explained.toSorted()).toEqual(Object.entries(USER_DATA_RULES).toSorted())
  expect(page.match(/^\| `/gm)).toHaveLength(explained.length)
})
