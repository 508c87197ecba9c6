import { expect, test } from 'vitest'
import { installerNameFor } from './installer-name-for.ts'

test('an installer is called as its file, as far as names can be', () => {
  expect(installerNameFor('/isos/palette-edge-installer-4.7.iso', [])).toBe('palette-edge-installer-4.7')
  expect(installerNameFor('/isos/My ISO (copy).ISO', [])).toBe('My-ISO-copy-')
  expect(installerNameFor('/isos/.iso', [])).toBe('installer')
  expect(installerNameFor('', ['installer'])).toBe('installer-2')
  expect(installerNameFor('/a.iso', ['a', 'a-2'])).toBe('a-3')
})
