import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { decodeName, formatInventoryPath, parseInventoryPath } from './inventory-path.ts'

test('paths are names separated by slashes', () => {
  expect(parseInventoryPath('/DC0/network/VM Network')).toEqual({
    absolute: true,
    names: ['DC0', 'network', 'VM Network'],
  })
  expect(parseInventoryPath('./C0/Resources//pool/')).toEqual({
    absolute: false,
    names: ['C0', 'Resources', 'pool'],
  })
  expect(parseInventoryPath('10%2F25 100%')).toEqual({ absolute: false, names: ['10/25 100%'] })
})

property.prop([
  fc.boolean(),
  fc.array(
    fc.string({ minLength: 1 }).filter((name) => name !== '.'),
    { minLength: 1 },
  ),
])('what was written is read again', (absolute, names) => {
  const path = { absolute, names }
  expect(parseInventoryPath(formatInventoryPath(path))).toEqual(path)
})

property.prop([fc.string()])('a name that was read once is a name', (text) => {
  const name = decodeName(text)
  const [again] = parseInventoryPath(formatInventoryPath({ absolute: false, names: [name] })).names
  expect(again ?? '').toBe(name === '.' ? '' : name)
})
