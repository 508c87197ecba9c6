import { describe, expect, test } from 'vitest'
import { checkSecureBoot, type SecureBootWish, secureBootChain } from './secure-boot.ts'

const SIGNED = { architecture: 'x64', isApplication: true, isSigned: true } as const

const wish = (about: Partial<SecureBootWish> = {}): SecureBootWish => ({
  firmware: 'uefi',
  architecture: 'x64',
  scheme: 'http',
  files: { shim: SIGNED, next: SIGNED },
  ...about,
})

describe('the names of a chain', () => {
  test.each([
    ['x64', 'snponly', 'x86_64-sb/snponly-shimx64.efi', 'x86_64-sb/snponly.efi'],
    ['x64', 'ipxe', 'x86_64-sb/ipxe-shimx64.efi', 'x86_64-sb/ipxe.efi'],
    ['arm64', 'snponly', 'arm64-sb/snponly-shimaa64.efi', 'arm64-sb/snponly.efi'],
  ] as const)('for %s with the drivers of %s', (architecture, loader, bootFile, next) => {
    expect(secureBootChain(architecture, loader)).toMatchObject({ bootFile, next })
  })

  test('what the shim loads is its own name without the shim, in the same folder', () => {
    for (const architecture of ['x64', 'arm64'] as const) {
      const { bootFile, next, script, folder } = secureBootChain(architecture)
      expect(bootFile.replace(/-shim(x64|aa64)/, '')).toBe(next)
      expect(script).toBe(`${folder}/autoexec.ipxe`)
    }
  })
})

test('signed files over HTTP are in order, and with a public certificate over HTTPS', () => {
  expect(checkSecureBoot(wish())).toEqual([])
  expect(checkSecureBoot(wish({ scheme: 'https', certificate: 'public' }))).toEqual([])
})

describe('refused is', () => {
  test.each([
    ['BIOS', { firmware: 'bios' }, /BIOS does not have.*firmware uefi/],
    ['a private authority', { scheme: 'https', certificate: 'private-authority' }, /gives up the signature/],
    ['a self-signed certificate', { scheme: 'https', certificate: 'self-signed' }, /gives up the signature/],
    ['HTTPS without a listener', { scheme: 'https' }, /does not speak it/],
    ['a missing shim', { files: { next: SIGNED } }, /x86_64-sb\/shimx64\.efi is not there.*ipxeboot/],
    ['a missing iPXE', { files: { shim: SIGNED } }, /x86_64-sb\/snponly\.efi is not there/],
    ['what is no EFI file', { files: { shim: SIGNED, next: 'unreadable' } }, /no EFI application/],
    [
      'an iPXE of one’s own',
      { files: { shim: SIGNED, next: { ...SIGNED, isSigned: false } } },
      /snponly\.efi is not signed/,
    ],
    ['an iPXE of another architecture', { architecture: 'arm64' }, /is for x64, not arm64/],
  ] as const)('%s', (_name, about, message) => {
    expect(checkSecureBoot(wish(about as Partial<SecureBootWish>)).join('\n')).toMatch(message)
  })

  test('everything that is wrong, at once', () => {
    expect(checkSecureBoot(wish({ scheme: 'https', certificate: 'self-signed', files: {} }))).toHaveLength(3)
  })
})
