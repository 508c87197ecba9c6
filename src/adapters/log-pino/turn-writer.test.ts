import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createTurnWriter } from './turn-writer.ts'

test('lines of one turn are passed on together, those of the next by themselves', async () => {
  const passed: string[] = []
  const writer = createTurnWriter((text) => void passed.push(text))

  writer.write('a\n')
  writer.write('b\n')
  expect(passed).toEqual([])
  await turn()
  writer.write('c\n')
  await turn()

  expect(passed).toEqual(['a\nb\n', 'c\n'])
})

test('what is flushed is passed on once, and much is not held back', async () => {
  const passed: number[] = []
  const writer = createTurnWriter((text) => void passed.push(text.length))

  writer.write('urgent\n')
  writer.flush()
  writer.write('x'.repeat(65_536))
  await turn()

  expect(passed).toEqual([7, 65_536])
})
