import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createLineHolder } from './line-holder.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('lines of a moment are passed on together, those of the next by themselves', () => {
  const passed: string[] = []
  const holder = createLineHolder((text) => void passed.push(text))

  holder.write('a\n')
  vi.advanceTimersByTime(19)
  holder.write('b\n')
  expect(passed).toEqual([])
  vi.advanceTimersByTime(1)
  holder.write('c\n')
  vi.advanceTimersByTime(20)

  expect(passed).toEqual(['a\nb\n', 'c\n'])
})

test('what is flushed is passed on once, and much is not held back', () => {
  const passed: number[] = []
  const holder = createLineHolder((text) => void passed.push(text.length))

  holder.write('urgent\n')
  holder.flush()
  holder.write('x'.repeat(65_536))
  vi.advanceTimersByTime(1000)

  expect(passed).toEqual([7, 65_536])
})
