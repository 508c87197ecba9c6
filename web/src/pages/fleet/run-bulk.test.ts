import { expect, test } from 'vitest'
import { MAX_AT_ONCE, type Outcome, runBulk } from './run-bulk.ts'

const NAMES = Array.from({ length: 20 }, (_, index) => `host-${index}`)

function recorder() {
  const outcomes = new Map<string, Outcome['state']>()
  return { outcomes, onOutcome: (name: string, { state }: Outcome) => void outcomes.set(name, state) }
}

test('does it for everybody, never more than a few at once', async () => {
  const { outcomes, onOutcome } = recorder()
  let [now, most] = [0, 0]

  await runBulk(
    NAMES,
    async () => {
      now += 1
      most = Math.max(most, now)
      await Promise.resolve()
      now -= 1
    },
    onOutcome,
    new AbortController().signal,
  )

  expect(most).toBe(MAX_AT_ONCE)
  expect([...outcomes.values()]).toEqual(NAMES.map(() => 'done'))
})

test('one that fails stops nobody else', async () => {
  const { outcomes, onOutcome } = recorder()

  await runBulk(
    NAMES,
    async (name) => {
      if (name === 'host-3') throw new Error('no')
    },
    onOutcome,
    new AbortController().signal,
  )

  expect(outcomes.get('host-3')).toBe('failed')
  expect([...outcomes.values()].filter((state) => state === 'done')).toHaveLength(NAMES.length - 1)
})

test('stopped, it begins nothing more and ends what is under way', async () => {
  const { outcomes, onOutcome } = recorder()
  const stopper = new AbortController()
  const asked: string[] = []

  await runBulk(
    NAMES,
    async (name) => {
      asked.push(name)
      await Promise.resolve()
      stopper.abort()
    },
    onOutcome,
    stopper.signal,
  )

  expect(asked).toEqual(NAMES.slice(0, MAX_AT_ONCE))
  expect(outcomes.get('host-0')).toBe('done')
  expect([...outcomes.values()].filter((state) => state === 'stopped')).toHaveLength(
    NAMES.length - MAX_AT_ONCE,
  )
})
