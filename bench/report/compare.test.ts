import { expect, test } from 'vitest'
import type { Results } from '../measure/results.ts'
import type { Cell } from '../measure/table.ts'
import { aTable } from './a-table.ts'
import { compareResults } from './compare.ts'

function aResult(cells: readonly Cell[]): Results {
  const machine = { processor: 'x', cores: 2, memoryGib: 4, kernel: '6.1', system: 'Debian' }
  const table = aTable()
  const [copied, goals] = [cells.map((cell) => ({ ...cell, samples: [...cell.samples] })), []]
  return {
    ...{ format: 1, at: '2026-01-01T00:00:00Z', isQuick: false, repetitions: 1, machine, versions: {} },
    tables: [{ ...table, cells: copied, goals }],
  }
}

test('what changed most comes first, whichever way; what only one run has is left out', () => {
  const before = aResult([
    { row: '1', column: 'a', samples: [10] },
    { row: '1', column: 'b', samples: [8] },
    { row: '1', column: 'gone', samples: [1] },
  ])
  const now = aResult([
    { row: '1', column: 'a', samples: [11, 12, 13] },
    { row: '1', column: 'b', samples: [2] },
    { row: '2', column: 'a', samples: [1] },
  ])

  expect(compareResults(now, before)).toBe(
    'some, 1, b: 2 seconds, was 8 (× 0.25)\nsome, 1, a: 12 seconds, was 10 (× 1.2)',
  )
})
