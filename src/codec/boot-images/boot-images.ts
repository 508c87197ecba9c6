import type { Architecture } from '../../domain/installer.ts'

/** Bytes from the start of a file that are enough for all recognisers here. */
export const HEAD_BYTES = 4096

/** What the start of a file shows it to be; `problem` says why it cannot be booted. */
export type Recognised =
  | { readonly ok: true; readonly what: string; readonly architecture?: Architecture }
  | { readonly ok: false; readonly problem: string }

/** x86 bzImage (Linux, Documentation/arch/x86/boot.rst: `HdrS` at 0x202) or arm64 Image (`ARM\x64` at 0x38). */
export function recogniseKernel(head: Uint8Array): Recognised {
  if (text(head, 0x202, 4) === 'HdrS') return { ok: true, what: 'Linux bzImage', architecture: 'x86_64' }
  if (text(head, 0x38, 4) === 'ARMd') return { ok: true, what: 'Linux arm64 Image', architecture: 'arm64' }
  if (text(head, 0, 2) === 'MZ') return { ok: true, what: 'EFI executable' }
  if (text(head, 0, 2) === '\x1f\x8b') return { ok: true, what: 'compressed Image' }
  return {
    ok: false,
    problem: `no Linux kernel: neither HdrS at 0x202 nor ARM64 magic at 0x38 (starts with ${hex(head)})`,
  }
}

const INITRD_MAGICS: readonly (readonly [string, string])[] = [
  ['070701', 'cpio'],
  ['070702', 'cpio with checksums'],
  ['\x1f\x8b', 'gzip'],
  ['\xfd7zXZ', 'xz'],
  ['\x28\xb5\x2f\xfd', 'zstd'],
  ['\x04\x22\x4d\x18', 'lz4'],
  ['\x02\x21\x4c\x18', 'lz4'],
  ['BZh', 'bzip2'],
  ['\x5d\0\0', 'lzma'],
]

/** An initramfs: cpio, compressed or not; an early-microcode archive in front is plain cpio. */
export function recogniseInitrd(head: Uint8Array): Recognised {
  const found = INITRD_MAGICS.find(([magic]) => text(head, 0, magic.length) === magic)
  return found
    ? { ok: true, what: found[1] }
    : { ok: false, problem: `no initramfs: starts with ${hex(head)}` }
}

const COMPRESSORS = ['', 'gzip', 'lzma', 'lzo', 'xz', 'lz4', 'zstd']

/** A squashfs 4.0 superblock: magic, version, compressor, and not longer than its file. */
export function recogniseSquashfs(head: Uint8Array, sizeBytes: number): Recognised {
  if (text(head, 0, 4) !== 'hsqs' || head.length < 96)
    return { ok: false, problem: `no squashfs: starts with ${hex(head)}` }
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const major = view.getUint16(28, true)
  if (major !== 4) return { ok: false, problem: `squashfs of version ${major}, Linux reads version 4` }
  const compressor = COMPRESSORS[view.getUint16(20, true)]
  if (!compressor)
    return { ok: false, problem: `squashfs with unknown compression ${view.getUint16(20, true)}` }
  const used = Number(view.getBigUint64(40, true))
  if (used > sizeBytes) {
    return {
      ok: false,
      problem: `squashfs of ${used} bytes in a file of ${sizeBytes}: ${used - sizeBytes} bytes are missing`,
    }
  }
  return { ok: true, what: `squashfs 4.0, ${compressor}` }
}

function text(bytes: Uint8Array, start: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(start, start + length))
}

function hex(bytes: Uint8Array): string {
  return [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ') || 'nothing'
}
