import { expect, test } from 'vitest'
import { lookupName, oddityOf, showName } from './file-name.ts'

test.each([
  ['ipxe.efi', 'ipxe.efi'],
  ['/ipxe.efi', 'ipxe.efi'],
  ['///arm64/ipxe.efi', 'arm64/ipxe.efi'],
  ['\\ipxe.efi', '\\ipxe.efi'],
  ['./ipxe.efi', './ipxe.efi'],
  ['a//b/', 'a//b/'],
])('%s is looked for as %s', (name, expected) => {
  expect(lookupName(name)).toBe(expected)
})

test('a name is shown with its strange bytes, and cut', () => {
  expect(showName('a\xff\n\x00b')).toBe('a\\xff\\x0a\\x00b')
  expect(showName('x'.repeat(1000))).toBe(`${'x'.repeat(128)}…`)
})

test.each([
  ['undionly.kpxe\xff', 'stray byte ff'],
  ['a\xffb', 'no printable ASCII'],
  ['boot\\ipxe.efi', 'backslashes'],
  ['../etc/passwd', 'climbs'],
])('of %s it is said what is odd', (name, expected) => {
  expect(oddityOf(name)).toContain(expected)
})

test('nothing is odd about a plain name', () => {
  expect(oddityOf('grub..cfg/x')).toBeUndefined()
})
