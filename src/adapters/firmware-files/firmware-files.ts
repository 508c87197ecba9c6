import { createHash } from 'node:crypto'
import { open, readFile, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { findIpxeVersion } from '../../codec/ipxe-binary/ipxe-version.ts'
import { readSha256Sum } from '../../codec/sha256sum/sha256sum.ts'
import { FIRMWARE_NAMES, type FirmwareName } from '../../domain/netboot/firmware-names.ts'
import type { FirmwareCatalogue, FirmwareImage } from '../../ports/firmware-catalogue.ts'
import type { Log } from '../../ports/log.ts'

/** iPXE binaries are one MiB or less; what is far larger is something else. */
const MAX_IMAGE_BYTES = 16 * 1024 * 1024
/** Pins the images of its folder, as `sha256sum` writes it. */
const SUMS = 'SHA256SUMS'
/** A list that is far longer is something else, and pins everything to nothing. */
const MAX_SUMS_BYTES = 256 * 1024
/** With it a list of one line does not count for a file of any name. */
const NOTHING = `${'0'.repeat(64)}  -`

/**
 * Reads the firmware images found in the folders into memory, those of the first folder before the next. What cannot be read
 * is left out and logged; where a folder has two names of one file, both are kept.
 */
export async function readFirmwareFiles({
  directories,
  names = FIRMWARE_NAMES,
  log,
}: {
  readonly directories: readonly string[]
  readonly names?: readonly FirmwareName[]
  readonly log: Log
}): Promise<FirmwareCatalogue> {
  const found = new Map<string, FirmwareImage>()
  for (const directory of directories) {
    for (const wanted of names) {
      if (found.has(wanted.name)) continue
      const image = await readImage(join(directory, wanted.path ?? wanted.name), wanted, log)
      if (image) found.set(wanted.name, image)
    }
  }
  // In the order of preference, whichever folder they come from.
  const images = names.flatMap(({ name }) => found.get(name) ?? [])
  return { images: () => images, find: (name) => found.get(name) }
}

async function readImage(path: string, wanted: FirmwareName, log: Log): Promise<FirmwareImage | undefined> {
  try {
    await using file = await open(path, 'r')
    const about = await file.stat()
    if (!about.isFile() || about.size === 0 || about.size > MAX_IMAGE_BYTES) {
      log.warn({ path, bytes: about.size }, 'this is no firmware image; it is not offered')
      return undefined
    }
    const bytes = await file.readFile()
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const pinned = await pinnedDigest(path)
    if (pinned !== undefined && pinned !== sha256) {
      log.error({ path, sha256, pinned }, `this firmware image is not the one of ${SUMS}; it is not offered`)
      return undefined
    }
    const version = findIpxeVersion(bytes)
    return {
      ...wanted,
      path: await realpath(path),
      bytes,
      sha256,
      ...(version === undefined ? {} : { version }),
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      log.warn({ err: error, path }, 'a firmware image cannot be read')
    return undefined
  }
}

/** What the file has to be, where its folder has a list; `none` for one that is not in it. */
async function pinnedDigest(path: string): Promise<string | undefined> {
  try {
    const list = join(dirname(path), SUMS)
    if ((await stat(list)).size > MAX_SUMS_BYTES) return 'none'
    const text = await readFile(list, 'utf8')
    return readSha256Sum(`${text}\n${NOTHING}`, basename(path)) ?? 'none'
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
