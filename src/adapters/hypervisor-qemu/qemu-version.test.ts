import { describe, expect, test } from 'vitest'
import { isFailure } from '../../domain/failure.ts'
import { isAtLeast, parseQemuVersion } from './qemu-version.ts'

describe('QEMU versions', () => {
  test('the version is found in what QEMU and its distributors print', () => {
    const debian = parseQemuVersion(
      'QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)\nCopyright',
    )
    const development = parseQemuVersion('QEMU emulator version 10.1.50 (v10.1.0-123-gabcdef)')

    expect([debian, development]).toEqual(['7.2.22', '10.1.50'])
  })

  test('one that is too old is refused with what is needed', () => {
    const parse = () => parseQemuVersion('QEMU emulator version 4.2.1 (Debian 1:4.2-3ubuntu6.30)')

    expect(parse).toThrow(/4\.2\.1 is too old, 5\.0 or newer is needed; install/)
  })

  test('the failure has a code', () => {
    try {
      parseQemuVersion('QEMU emulator version 2.11.1')
      expect.unreachable()
    } catch (error) {
      expect(isFailure(error, 'tool.failed')).toBe(true)
    }
  })

  test('one that cannot be read is taken as new', () => {
    expect(isAtLeast(parseQemuVersion('QEMU of somebody'), '7.1')).toBe(true)
  })

  test.each([
    ['7.1.0', '7.1', true],
    ['7.0.92', '7.1', false],
    ['10.0.2', '7.1', true],
    ['5.0', '5.0', true],
    ['4.99.9', '5.0', false],
  ])('%s is at least %s: %s', (version, wanted, expected) => {
    expect(isAtLeast(version, wanted)).toBe(expected)
  })
})
