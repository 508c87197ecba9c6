import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { link, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { record, SECTOR } from './iso-records.ts'

/** An installer ISO made for measuring: its root file system is bytes, and nothing in it boots. */
export interface InstallerFiles {
  readonly iso: string
  /** The root file system alone, for servers that serve files. */
  readonly plainFile: string
  /** Its name, last part of the path. */
  readonly name: string
  readonly sizeBytes: number
  /** Of the root file system, hex. */
  readonly sha256: string
}

const NAME = 'rootfs.squashfs'
const PIECE_BYTES = 16 * 1024 * 1024

/** Makes both files in the folder, of random bytes, once for each size. */
export async function makeInstallerFiles(folder: string, sizeBytes: number): Promise<InstallerFiles> {
  const own = join(folder, `installer-${sizeBytes}`)
  const files = { iso: join(own, 'installer.iso'), plainFile: join(own, NAME), name: NAME, sizeBytes }
  const digestFile = join(own, 'sha256')
  if (!existsSync(digestFile)) {
    await mkdir(own, { recursive: true })
    await writeFile(digestFile, await writeBoth(files))
  }
  return { ...files, sha256: await readFile(digestFile, 'utf8') }
}

/** An ISO whose root file system is a hole of the file but for its head: as large as wanted, and no space on the disk. */
export async function makeSparseIso(folder: string, sizeBytes: number): Promise<string> {
  const path = join(folder, `sparse-${sizeBytes}.iso`)
  await using iso = await open(path, 'w')
  await iso.write(isoHead(sizeBytes), 0, undefined, 0)
  await iso.write(squashfsHead(), 0, undefined, ROOTFS_BLOCK * SECTOR)
  await iso.truncate(ROOTFS_BLOCK * SECTOR + sizeBytes)
  return path
}

/** The first so many bytes of the root file system as a file of their own; all of them without a copy. */
export async function copyStart(files: InstallerFiles, bytes: number, path: string): Promise<void> {
  if (existsSync(path)) return
  if (bytes === files.sizeBytes) return await link(files.plainFile, path)
  await pipeline(createReadStream(files.plainFile, { end: bytes - 1 }), createWriteStream(path))
}

async function writeBoth({ iso, plainFile, sizeBytes }: Omit<InstallerFiles, 'sha256'>): Promise<string> {
  await rm(iso, { force: true })
  await using image = await open(iso, 'w')
  await using plain = await open(plainFile, 'w')
  await image.write(isoHead(sizeBytes), 0, undefined, 0)
  const digest = createHash('sha256')
  // A key stream is random enough, and four times as fast as the system's own.
  const stream = createCipheriv('aes-128-ctr', randomBytes(16), randomBytes(16))
  const zeros = Buffer.alloc(PIECE_BYTES)
  for (let at = 0; at < sizeBytes; at += PIECE_BYTES) {
    const piece = stream.update(zeros.subarray(0, Math.min(PIECE_BYTES, sizeBytes - at)))
    if (at === 0) squashfsHead().copy(piece)
    digest.update(piece)
    await Promise.all([
      image.write(piece, 0, piece.length, ROOTFS_BLOCK * SECTOR + at),
      plain.write(piece, 0, piece.length, at),
    ])
  }
  return digest.digest('hex')
}

const ROOT_BLOCK = 20
const BOOT_BLOCK = 21
const KERNEL_BLOCK = 22
const INITRD_BLOCK = 23
/** As in real ones, not at the start of a page of memory. */
const ROOTFS_BLOCK = 601
/** A file that is longer has several extents: the length of each is a 32-bit number (ECMA-119 §6.5.1). */
const EXTENT_BYTES = 2 ** 31

/** All before the root file system: volume descriptors, two directories, a kernel and an initrd of one sector each. */
function isoHead(rootfsBytes: number): Buffer {
  const head = Buffer.alloc(ROOTFS_BLOCK * SECTOR)
  for (const [sector, type] of [
    [16, 1],
    [17, 255],
  ] as const) {
    head.write(`${String.fromCharCode(type)}CD001\x01`, sector * SECTOR, 'latin1')
  }
  const volume = 16 * SECTOR
  head.write('EDGEBOOT_BENCH'.padEnd(32), volume + 40, 'latin1')
  head.writeUInt16LE(SECTOR, volume + 128)
  record({ name: '\0', block: ROOT_BLOCK, bytes: SECTOR, isDirectory: true }).copy(head, volume + 156)
  const extents = Array.from({ length: Math.ceil(rootfsBytes / EXTENT_BYTES) }, (_, index) => ({
    name: NAME.toUpperCase(),
    block: ROOTFS_BLOCK + (index * EXTENT_BYTES) / SECTOR,
    bytes: Math.min(EXTENT_BYTES, rootfsBytes - index * EXTENT_BYTES),
    hasMore: (index + 1) * EXTENT_BYTES < rootfsBytes,
  }))
  const dot = { name: '\0', bytes: SECTOR, isDirectory: true }
  const dotDot = { ...dot, name: '\x01', block: ROOT_BLOCK }
  Buffer.concat(
    [{ ...dot, block: ROOT_BLOCK }, dotDot, { ...dot, name: 'BOOT', block: BOOT_BLOCK }, ...extents].map(
      record,
    ),
  ).copy(head, ROOT_BLOCK * SECTOR)
  Buffer.concat(
    [
      { ...dot, block: BOOT_BLOCK },
      dotDot,
      { name: 'INITRD', block: INITRD_BLOCK, bytes: SECTOR },
      { name: 'KERNEL', block: KERNEL_BLOCK, bytes: SECTOR },
    ].map(record),
  ).copy(head, BOOT_BLOCK * SECTOR)
  // What a bzImage (Linux, Documentation/arch/x86/boot.rst) and an initramfs of cpio are known by.
  head.write('HdrS', KERNEL_BLOCK * SECTOR + 0x202, 'latin1')
  head.write('070701', INITRD_BLOCK * SECTOR, 'latin1')
  return head
}

/** The superblock of a squashfs 4.0 with gzip that uses its first 4 KiB. */
function squashfsHead(): Buffer {
  const head = Buffer.alloc(96)
  head.write('hsqs', 'latin1')
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(4, 28)
  head.writeBigUInt64LE(4096n, 40)
  return head
}
