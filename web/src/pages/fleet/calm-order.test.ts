import { expect, test } from 'vitest'
import { aDownload } from '../../hosts/a-host-view.ts'
import { createCalmOrder } from './calm-order.ts'

const BY_RATE = { column: 'rate', isDescending: true } as const
const aHost = (name: string, rate: number) => aDownload({ name, rate, bytes: 0, total: 100 })
const namesOf = (hosts: readonly { readonly name: string }[]) => hosts.map(({ name }) => name)

test('rows keep their places until the time is told anew', () => {
  const order = createCalmOrder()
  const later = [aHost('a', 1), aHost('b', 9)]

  expect(namesOf(order([aHost('a', 5), aHost('b', 1)], BY_RATE, 0))).toEqual(['a', 'b'])
  const kept = order(later, BY_RATE, 0)
  expect(namesOf(kept)).toEqual(['a', 'b'])
  expect(kept[1]).toBe(later[1])
  expect(namesOf(order(later, BY_RATE, 5000))).toEqual(['b', 'a'])
})

test('another order, or a host that had no place, puts all in order', () => {
  const order = createCalmOrder()
  order([aHost('a', 5), aHost('b', 1)], BY_RATE, 0)

  expect(namesOf(order([aHost('a', 1), aHost('c', 7), aHost('b', 9)], BY_RATE, 0))).toEqual(['b', 'c', 'a'])
  expect(namesOf(order([aHost('a', 1), aHost('b', 9)], { ...BY_RATE, isDescending: false }, 0))).toEqual([
    'a',
    'b',
  ])
})

test('a host that went leaves the others where they are', () => {
  const order = createCalmOrder()
  order([aHost('a', 5), aHost('b', 3), aHost('c', 1)], BY_RATE, 0)

  expect(namesOf(order([aHost('c', 9), aHost('a', 5)], BY_RATE, 0))).toEqual(['a', 'c'])
})
