import { expect, test } from 'vitest'
import { createSlots } from './slots.ts'

const signal = AbortSignal.timeout(5000)

test('who finds no place waits until one is given back, in order', async () => {
  const slots = createSlots(1)
  const order: string[] = []
  const leave = await slots.enter(signal)
  const enter = async (name: string) => {
    const done = await slots.enter(signal)
    order.push(name)
    return done
  }
  const second = enter('second')
  const third = enter('third')

  leave()
  leave()
  ;(await second)()
  await third

  expect(order).toEqual(['second', 'third'])
})

test('who gives up while waiting takes no place', async () => {
  const slots = createSlots(1)
  const leave = await slots.enter(signal)
  const controller = new AbortController()
  const waiting = slots.enter(controller.signal)

  controller.abort(new Error('gone'))

  await expect(waiting).rejects.toThrow('gone')
  leave()
  await expect(slots.enter(signal)).resolves.toBeTypeOf('function')
})
