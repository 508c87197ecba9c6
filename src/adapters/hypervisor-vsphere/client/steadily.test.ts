import { describe, expect, test } from 'vitest'
import { createFakeClock } from '../../../../test/support/fake-clock.ts'
import { VimRefusal } from '../../../codec/vim25/fault.ts'
import { Failure } from '../../../domain/failure.ts'
import { steadily } from './steadily.ts'

const refusal = (type: string) => new VimRefusal({ type, message: '', properties: {} }, 'switching')
const cut = new Failure('driver.unreachable', 'cut', { sent: true })
const signal = new AbortController().signal

/** Fails with these, one after the other, and then succeeds. */
function failing(clock: { now(): number; advance(ms: number): void }, errors: unknown[], takesMs = 0) {
  const begun: number[] = []
  const operation = async (): Promise<string> => {
    begun.push(clock.now())
    clock.advance(takesMs)
    const error = errors.shift()
    if (error) throw error
    return 'done'
  }
  return { operation, begun }
}

describe('an operation', () => {
  test('is looked at again after an outage, with pauses that grow', async () => {
    const clock = createFakeClock(0)
    const { operation, begun } = failing(clock, [cut, cut, refusal('NotAuthenticated')])

    expect(await steadily(operation, clock, signal)).toBe('done')
    expect(begun).toEqual([0, 500, 1500, 3500])
  })

  test('that the server refuses is not repeated', async () => {
    const clock = createFakeClock()
    const { operation, begun } = failing(clock, [refusal('InvalidPowerState')])

    await expect(steadily(operation, clock, signal)).rejects.toThrow('InvalidPowerState')
    expect(begun).toHaveLength(1)
  })

  test('waits for somebody else at the same object, but not for ever', async () => {
    const clock = createFakeClock()
    const busy = () => refusal('TaskInProgress')

    expect(await steadily(failing(clock, [busy(), busy()]).operation, clock, signal)).toBe('done')
    await expect(
      steadily(failing(clock, Array.from({ length: 20 }, busy)).operation, clock, signal),
    ).rejects.toMatchObject({ code: 'driver.busy' })
  })

  test('is given up when the outage does not end', async () => {
    const clock = createFakeClock(0)
    const { operation } = failing(clock, Array(1000).fill(cut))

    await expect(steadily(operation, clock, signal)).rejects.toBe(cut)
    expect(clock.now()).toBeGreaterThan(15 * 60_000)
    expect(clock.now()).toBeLessThan(16 * 60_000)
  })

  test('that had been long on its way when the connection broke is begun again', async () => {
    const clock = createFakeClock()
    const { operation, begun } = failing(clock, [cut], 40 * 60_000)

    expect(await steadily(operation, clock, signal)).toBe('done')
    expect(begun).toHaveLength(2)
  })

  test('whose task was waited for to the end of its time is not', async () => {
    const clock = createFakeClock()
    const late = new Failure('driver.timeout', 'not done', { sent: true })
    const { operation, begun } = failing(clock, [late], 15 * 60_000 + 1)

    await expect(steadily(operation, clock, signal)).rejects.toBe(late)
    expect(begun).toHaveLength(1)
  })

  test('that is aborted ends with the reason of that', async () => {
    const end = new AbortController()
    const operation = async (): Promise<never> => {
      end.abort(new Error('enough'))
      throw cut
    }
    await expect(steadily(operation, createFakeClock(), end.signal)).rejects.toThrow('enough')
  })
})
