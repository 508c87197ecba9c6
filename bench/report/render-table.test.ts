import { expect, test } from 'vitest'
import { aTable } from './a-table.ts'
import { digits, renderTable } from './render-table.ts'

test('a table has a line for each condition, a column for each contender, and its goals below', () => {
  const table = aTable({
    cells: [
      { row: '1 host', column: 'ours', samples: [0.9, 1, 1.1] },
      { row: '1 host', column: 'theirs', samples: [2] },
      { row: '2 hosts', column: 'theirs', samples: [2000.4] },
    ],
    goals: [
      { row: '1 host', column: 'ours', dividedBy: 'theirs', atMost: 0.4 },
      { row: '2 hosts', column: 'theirs', atLeast: 5 },
    ],
  })

  expect(renderTable(table)).toBe(`| seconds | ours | theirs |
| --- | ---: | ---: |
| 1 host | 1 ± 10 % | 2 |
| 2 hosts |  | 2000 |

- 1 host: ours ÷ theirs = **0.5**, goal ≤ 0.4: **missed**
- 2 hosts: theirs = **2000**, goal ≥ 5: met`)
})

test('a number has three digits that mean something, and all of those before the point', () => {
  expect([0.0123456, 1.2345, 12.345, 123.45, 98765.4, 2, 0].map(digits)).toEqual([
    '0.0123',
    '1.23',
    '12.3',
    '123',
    '98765',
    '2',
    '0',
  ])
})
