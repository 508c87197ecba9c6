import { execFile } from 'node:child_process'
import { mkdir, open, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { standInIso } from '../../test/support/stand-in-iso.ts'

const run = promisify(execFile)
/** The superblock of a squashfs (version 4.0): all that tells one from other files. */
const SUPERBLOCK_BYTES = 96
const SQUASHFS = '/rootfs.squashfs'

/**
 * An ISO as large as asked for: kernel and initrd of the stand-in, its root file system lengthened with zeros. Files of
 * 4 GiB and more are of several extents (ISO 9660 level 3).
 */
export async function makeInstallerIso(folder: string, sizeBytes: number): Promise<string> {
  const [tree, iso] = [join(folder, `tree-${sizeBytes}`), join(folder, `installer-${sizeBytes}.iso`)]
  await mkdir(tree, { recursive: true })
  await extract(await standInIso(), ['/boot/kernel', '/boot/initrd', SQUASHFS], tree)
  const rootfs = join(tree, SQUASHFS)
  await run('chmod', ['-R', 'u+w', tree])
  await truncate(rootfs, SUPERBLOCK_BYTES)
  await truncate(rootfs, sizeBytes)
  await run('xorriso', [
    '-as',
    'mkisofs',
    '-quiet',
    '-r',
    '-J',
    '-iso-level',
    '3',
    '-V',
    'COS_LIVE',
    '-o',
    iso,
    tree,
  ])
  await rm(tree, { recursive: true })
  // What is measured later is not to wait for what is written now.
  await using file = await open(iso, 'r+')
  await file.sync()
  return iso
}

/** Copies files out of an ISO, by their paths, into a folder. */
export async function extract(iso: string, paths: readonly string[], folder: string): Promise<void> {
  const each = paths.flatMap((path) => ['-extract', path, join(folder, path)])
  await run('xorriso', ['-osirrox', 'on', '-indev', iso, ...each], { maxBuffer: 16 * 1024 * 1024 })
}
