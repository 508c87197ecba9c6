import { spawnSync } from 'node:child_process'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createLineHolder, flushHeldLines } from './line-holder.ts'

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

test('what all of them hold can be passed on at once', () => {
  const passed: string[] = []
  for (const name of ['a', 'b']) createLineHolder((text) => void passed.push(text)).write(name)

  flushHeldLines()

  expect(passed).toEqual(['a', 'b'])
})

test('what is held when the process ends is passed on', () => {
  const url = new URL('./line-holder.ts', import.meta.url).href
  const program = `
    const { createLineHolder } = await import(${JSON.stringify(url)})
    createLineHolder((text) => process.stdout.write(text)).write('the last words')
    if (process.argv[1] === 'exit') process.exit(3)`

  for (const way of ['end', 'exit']) {
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program, way])
    expect(stdout.toString()).toBe('the last words')
  }
})
