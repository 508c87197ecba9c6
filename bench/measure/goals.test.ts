import { expect, test } from 'vitest'
import { aTable } from '../report/a-table.ts'
import { judgeGoals } from './goals.ts'

test('a goal is judged by the median, or by the ratio of two medians of the same row', () => {
  const table = aTable({
    cells: [
      { row: '1', column: 'ours', samples: [3, 1, 2] },
      { row: '1', column: 'theirs', samples: [4, 4, 100] },
    ],
    goals: [
      { row: '1', column: 'ours', atMost: 2 },
      { row: '1', column: 'ours', atMost: 1.9 },
      { row: '1', column: 'ours', dividedBy: 'theirs', atMost: 0.5 },
      { row: '1', column: 'theirs', dividedBy: 'ours', atLeast: 2.1 },
    ],
  })

  const judged = judgeGoals(table).map(({ value, isMet }) => [value, isMet])

  expect(judged).toEqual([
    [2, true],
    [2, false],
    [0.5, true],
    [2, false],
  ])
})

test('a goal of a cell that was not measured is left out, so that nothing counts as met that nobody saw', () => {
  const table = aTable({
    cells: [{ row: '1', column: 'ours', samples: [1] }],
    goals: [
      { row: '1', column: 'ours', dividedBy: 'theirs', atMost: 9 },
      { row: '2', column: 'ours', atMost: 9 },
    ],
  })

  expect(judgeGoals(table)).toEqual([])
})
