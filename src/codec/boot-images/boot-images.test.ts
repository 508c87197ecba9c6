import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { HEAD_BYTES, recogniseInitrd, recogniseKernel, recogniseSquashfs } from './boot-images.ts'

function head(...at: readonly (readonly [number, string | readonly number[]])[]): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES)
  for (const [offset, what] of at) {
    bytes.set(typeof what === 'string' ? [...what].map((letter) => letter.charCodeAt(0)) : what, offset)
  }
  return bytes
}

describe('a kernel', () => {
  test.each([
    ['bzImage', head([0, 'MZ'], [0x202, 'HdrS']), 'x86_64'],
    ['arm64 Image', head([0, 'MZ'], [0x38, 'ARMd']), 'arm64'],
    ['EFI executable', head([0, 'MZ']), undefined],
    ['compressed Image', head([0, [0x1f, 0x8b]]), undefined],
  ])('as %s is recognised', (what, bytes, architecture) => {
    expect(recogniseKernel(bytes)).toMatchObject({
      ok: true,
      what: expect.stringContaining(what),
      ...(architecture ? { architecture } : {}),
    })
  })

  test('that is none is refused with how it starts', () => {
    expect(recogniseKernel(head([0, '#!/bin/sh']))).toEqual({
      ok: false,
      problem: expect.stringContaining('no Linux kernel'),
    })
    expect(recogniseKernel(new Uint8Array())).toMatchObject({ problem: expect.stringContaining('nothing') })
  })
})

describe('an initrd', () => {
  test.each([
    ['cpio', '070701'],
    ['gzip', [0x1f, 0x8b]],
    ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
    ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
    ['lz4', [0x02, 0x21, 0x4c, 0x18]],
    ['bzip2', 'BZh'],
    ['lzma', [0x5d, 0, 0]],
  ])('packed as %s is recognised', (what, magic) => {
    expect(recogniseInitrd(head([0, magic]))).toEqual({ ok: true, what })
  })

  test('that is none is refused with how it starts', () => {
    expect(recogniseInitrd(head([0, 'hsqs']))).toEqual({
      ok: false,
      problem: 'no initramfs: starts with 68 73 71 73 00 00 00 00',
    })
  })
})

describe('a squashfs', () => {
  const superblock = (used: number, { major = 4, compression = 6 } = {}): Uint8Array => {
    const bytes = head([0, 'hsqs'])
    const view = new DataView(bytes.buffer)
    view.setUint16(20, compression, true)
    view.setUint16(28, major, true)
    view.setBigUint64(40, BigInt(used), true)
    return bytes
  }

  test('is recognised with its compression, when all of it is there', () => {
    expect(recogniseSquashfs(superblock(5000), 8192)).toEqual({ ok: true, what: 'squashfs 4.0, zstd' })
  })

  test.each([
    ['too short', superblock(9000), 8192, /808 bytes are missing/],
    ['of an old version', superblock(1, { major: 3 }), 8192, /version 3/],
    ['of unknown compression', superblock(1, { compression: 9 }), 8192, /compression 9/],
    ['no squashfs at all', head([0, 'sqsh']), 8192, /no squashfs: starts with 73 71/],
    ['cut in its superblock', superblock(1).subarray(0, 50), 50, /no squashfs/],
  ])('that is %s is refused', (_, bytes, sizeBytes, problem) => {
    expect(recogniseSquashfs(bytes, sizeBytes)).toEqual({
      ok: false,
      problem: expect.stringMatching(problem),
    })
  })
})

property.prop([fc.uint8Array({ maxLength: 1024 }), fc.nat()])(
  'any bytes are something or nothing, never thrown at',
  (bytes, sizeBytes) => {
    for (const found of [
      recogniseKernel(bytes),
      recogniseInitrd(bytes),
      recogniseSquashfs(bytes, sizeBytes),
    ]) {
      expect(typeof found.ok).toBe('boolean')
    }
  },
)
