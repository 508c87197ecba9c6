import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { createAdmission } from './admission.ts'

const never = new AbortController().signal

test('the next in line enters when a place is given back', async () => {
  const admission = createAdmission({ total: 1, groups: new Map() }, () => 0)
  const order: string[] = []

  await admission.enter('a', undefined, never)
  const waiting = ['b', 'c'].map((host) =>
    admission.enter(host, undefined, never).then(() => order.push(host)),
  )
  admission.leave('a')
  await waiting[0]

  expect(order).toEqual(['b'])
  admission.leave('b')
  await waiting[1]
  expect(order).toEqual(['b', 'c'])
})

test('a full group does not hold up hosts of another', () => {
  const admission = createAdmission({ total: 3, groups: new Map([['store', { maxParallel: 1 }]]) }, () => 0)

  expect(admission.tryEnter('s1', 'store')).toBe(true)
  expect(admission.tryEnter('s2', 'store')).toBe(false)
  expect(admission.tryEnter('s1', 'store')).toBe(true)
  expect(admission.tryEnter('lab', 'lab')).toBe(true)
})

test('no further host of a group begins after so many failures, until they are fewer', async () => {
  let failed = 2
  const groups = new Map([['store', { stopAfterFailures: 2 }]])
  const admission = createAdmission({ total: undefined, groups }, () => failed)
  let entered = false

  const waiting = admission.enter('s3', 'store', never).then(() => {
    entered = true
  })
  admission.look()
  expect(entered).toBe(false)
  failed = 1
  admission.look()
  await waiting

  expect(entered).toBe(true)
})

test('a host that is counted twice takes one place', () => {
  const admission = createAdmission(
    { total: undefined, groups: new Map([['store', { maxParallel: 2 }]]) },
    () => 0,
  )

  admission.occupy('a', 'store')
  admission.occupy('a', 'store')
  expect(admission.tryEnter('b', 'store')).toBe(true)
  expect(admission.tryEnter('c', 'store')).toBe(false)
  admission.leave('a')
  expect(admission.tryEnter('c', 'store')).toBe(true)
})

test('thousands wait without their failures being counted for each of them', async () => {
  let counted = 0
  const groups = new Map([['store', { maxParallel: 1, stopAfterFailures: 5 }]])
  const admission = createAdmission({ total: undefined, groups }, () => {
    counted += 1
    return 0
  })
  const leaving = new AbortController()

  admission.occupy('first', 'store')
  const waiting = Array.from({ length: 5000 }, (_, at) =>
    admission.enter(`store-${at}`, 'store', leaving.signal),
  )
  admission.leave('first')
  await waiting[0]

  expect(counted).toBeLessThan(10)
  leaving.abort(new Error('enough'))
  await Promise.allSettled(waiting)
})

test('who gives up waiting leaves the line', async () => {
  const admission = createAdmission({ total: 1, groups: new Map() }, () => 0)
  const impatient = new AbortController()

  admission.occupy('a', undefined)
  const waiting = admission.enter('b', undefined, impatient.signal)
  impatient.abort(new Error('enough'))

  await expect(waiting).rejects.toThrow('enough')
  admission.leave('a')
  expect(admission.tryEnter('c', undefined)).toBe(true)
})

test.prop([
  fc.array(fc.tuple(fc.constantFrom('enter', 'leave'), fc.nat({ max: 12 })), { maxLength: 80, size: 'max' }),
  fc.integer({ min: 1, max: 5 }),
  fc.integer({ min: 1, max: 3 }),
])('never more hosts than places, in all and in a group', (steps, total, maxParallel) => {
  const groups = new Map([['even', { maxParallel }]])
  const admission = createAdmission({ total, groups }, () => 0)
  const inside = new Set<number>()

  for (const [step, host] of steps) {
    const group = host % 2 === 0 ? 'even' : undefined
    if (step === 'leave') {
      admission.leave(String(host))
      inside.delete(host)
    } else if (admission.tryEnter(String(host), group)) inside.add(host)

    expect(inside.size).toBeLessThanOrEqual(total)
    expect([...inside].filter((one) => one % 2 === 0).length).toBeLessThanOrEqual(maxParallel)
  }
})
