import { expect, test } from 'vitest'
import { indentBelow } from './indent-below.ts'

test('the next line goes below the key, deeper when that has no value yet', () => {
  expect(indentBelow('stylus:')).toBe(2)
  expect(indentBelow('  site: ')).toBe(4)
  expect(indentBelow('  - name:')).toBe(6)
  expect(indentBelow('  - name: a')).toBe(4)
  expect(indentBelow('    name: a')).toBe(4)
  expect(indentBelow('    content: |')).toBeUndefined()
  expect(indentBelow('# note:')).toBeUndefined()
  expect(indentBelow('    - echo')).toBeUndefined()
})
