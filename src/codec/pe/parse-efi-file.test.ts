import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { parseEfiFile } from './parse-efi-file.ts'

/** The least that counts as an EFI application, with a certificate table at its end. */
function anEfiFile({
  machine = 0x8664,
  magic = 0x20b,
  subsystem = 10,
  directories = 16,
  certificate = { offset: 512, size: 24, length: 24, type: 2 },
} = {}): Uint8Array {
  const bytes = new Uint8Array(536)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, 0x4d5a)
  view.setUint32(0x3c, 64, true)
  view.setUint32(64, 0x50450000)
  view.setUint16(68, machine, true)
  view.setUint16(88, magic, true)
  view.setUint16(88 + 68, subsystem, true)
  const table = 88 + (magic === 0x10b ? 96 : 112)
  view.setUint32(table - 4, directories, true)
  view.setUint32(table + 32, certificate.offset, true)
  view.setUint32(table + 36, certificate.size, true)
  view.setUint32(512, certificate.length, true)
  view.setUint16(516, 0x200, true)
  view.setUint16(518, certificate.type, true)
  return bytes
}

test.each([
  ['a signed one for x64', {}, { architecture: 'x64', isApplication: true, isSigned: true }],
  ['for arm64', { machine: 0xaa64 }, { architecture: 'arm64', isApplication: true, isSigned: true }],
  ['with 32-bit headers', { machine: 0x14c, magic: 0x10b }, { isApplication: true, isSigned: true }],
  ['a driver', { subsystem: 11 }, { architecture: 'x64', isApplication: false, isSigned: true }],
])('%s is told for what it is', (_name, about, facts) => {
  expect(parseEfiFile(anEfiFile(about))).toEqual(facts)
})

const signature = (about: object) => ({
  certificate: { offset: 512, size: 24, length: 24, type: 2, ...about },
})
test.each([
  ['without a place', signature({ offset: 0, size: 0 })],
  ['that is empty', signature({ size: 8, length: 8 })],
  ['that ends after the file', signature({ size: 25 })],
  ['that begins after the file', signature({ offset: 0xffff_fff0 })],
  ['that is longer than its table', signature({ length: 25 })],
  ['of another kind', signature({ type: 1 })],
  ['in a directory that is not there', { directories: 4 }],
])('a signature %s does not count', (_name, about) => {
  expect(parseEfiFile(anEfiFile(about))?.isSigned).toBe(false)
})

test.prop([fc.nat(200)])('what is cut off in its headers is no EFI file', (length) => {
  expect(parseEfiFile(anEfiFile().subarray(0, Math.min(length, 88 + 112 - 1)))).toBeUndefined()
})

test.prop([fc.uint8Array({ maxLength: 1024 })])('whatever the bytes, it never throws', (bytes) => {
  expect(() => parseEfiFile(bytes)).not.toThrow()
})

test.prop([fc.array(fc.tuple(fc.nat(535), fc.nat(255)), { maxLength: 12 }), fc.nat(536)])(
  'nor when a real one is damaged',
  (changes, length) => {
    const bytes = anEfiFile()
    for (const [at, value] of changes) bytes[at] = value

    expect(() => parseEfiFile(bytes.subarray(0, length))).not.toThrow()
  },
)
