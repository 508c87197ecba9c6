import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { createSlots } from './slots.ts'

const never = new AbortController().signal
const soon = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('slots', () => {
  test('are given in the order of asking', async () => {
    const slots = createSlots(1)
    const order: number[] = []
    await Promise.all([1, 2, 3].map((name) => slots.run(async () => void order.push(name), never)))
    expect(order).toEqual([1, 2, 3])
  })

  test('are free again after a failure', async () => {
    const slots = createSlots(1)
    await expect(slots.run(() => Promise.reject(new Error('no')), never)).rejects.toThrow('no')
    expect(await slots.run(async () => 'in', never)).toBe('in')
  })

  test('are not given to who gave up waiting, nor lost by it', async () => {
    const slots = createSlots(1)
    const first = Promise.withResolvers<void>()
    const running = slots.run(() => first.promise, never)
    const end = new AbortController()
    const waiting = slots.run(async () => 'never', end.signal)
    const behind = slots.run(async () => 'in', never)

    end.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    await expect(slots.run(async () => 'never', end.signal)).rejects.toThrow('enough')
    first.resolve()

    expect(await behind).toBe('in')
    await running
  })

  property.prop([fc.integer({ min: 1, max: 4 }), fc.array(fc.constantFrom('works', 'fails', 'gives up'))], {
    numRuns: 50,
  })('never are more taken than there are, and in the end all are free', async (limit, kinds) => {
    const slots = createSlots(limit)
    let inside = 0
    let most = 0
    const ends = kinds.map(() => new AbortController())
    const works = kinds.map((kind, index) =>
      slots
        .run(async () => {
          inside += 1
          most = Math.max(most, inside)
          await soon()
          inside -= 1
          if (kind === 'fails') throw new Error('no')
        }, ends[index]?.signal ?? never)
        .catch(() => undefined),
    )
    await soon()
    kinds.forEach((kind, index) => {
      if (kind === 'gives up') ends[index]?.abort(new Error('enough'))
    })
    await Promise.all(works)

    expect(most).toBeLessThanOrEqual(limit)
    let all = 0
    const gate = Promise.withResolvers<void>()
    const filled = Array.from({ length: limit }, () =>
      slots.run(() => {
        all += 1
        return gate.promise
      }, never),
    )
    await soon()
    expect(all).toBe(limit)
    gate.resolve()
    await Promise.all(filled)
  })
})
