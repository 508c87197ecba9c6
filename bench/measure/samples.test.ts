import { expect, test } from 'vitest'
import { createSamples } from './samples.ts'

test('numbers of contenders that take turns are gathered by row and column', () => {
  const samples = createSamples()
  for (const value of [1, 2]) {
    samples.add('1 host', 'ours', value)
    samples.add('1 host', 'theirs', value * 10)
  }
  samples.add('2 hosts', 'ours', 3)

  expect(samples.cells()).toEqual([
    { row: '1 host', column: 'ours', samples: [1, 2] },
    { row: '1 host', column: 'theirs', samples: [10, 20] },
    { row: '2 hosts', column: 'ours', samples: [3] },
  ])
})
