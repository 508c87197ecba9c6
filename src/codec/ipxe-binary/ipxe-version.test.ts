import { expect, test } from 'vitest'
import { compareIpxeVersions, findIpxeVersion, runsAutoexecOnUefi } from './ipxe-version.ts'

const binary = (text: string): Uint8Array => new TextEncoder().encode(`MZ\0\u0001iPXE\0${text}\0iPXE\0`)

test.each(['2.0.0+dfsg-5', '1.0.0+git-20190125.36a4c85-5.1', '1.21.1+ (g83449702)', '2.0.0'])(
  'the version %s is found in a binary',
  (version) => {
    expect(findIpxeVersion(binary(version))).toBe(version)
  },
)

test('a binary without a version shows none', () => {
  expect(findIpxeVersion(binary('no version'))).toBeUndefined()
})

test.each([
  ['v1.2.3', undefined],
  ['123.4.5', undefined],
  ['1.2.3 of April', undefined],
  ['10.2.3', '10.2.3'],
  ['1.2.3.4\x002.0.0', '2.0.0'],
])('of %j the version is %s', (text, version) => {
  expect(findIpxeVersion(binary(text))).toBe(version)
})

test('a version may be the first that is there, not the last: it ends in NUL', () => {
  const bytes = (text: string) => new TextEncoder().encode(text)
  expect(findIpxeVersion(bytes('2.0.0\0'))).toBe('2.0.0')
  expect(findIpxeVersion(bytes('\u00012.0.0'))).toBeUndefined()
})

test('builds from 2.0 on chain by themselves on UEFI', () => {
  expect(runsAutoexecOnUefi('2.0.0+dfsg-5')).toBe(true)
  expect(runsAutoexecOnUefi('1.21.1+ (g83449702)')).toBe(false)
})

test('versions are compared by number', () => {
  expect(compareIpxeVersions('1.21.1', '1.3.0')).toBeGreaterThan(0)
  expect(compareIpxeVersions('2.0.0+dfsg-5', '2.0.0')).toBe(0)
})
