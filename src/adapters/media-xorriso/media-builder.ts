import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  compareIpxeVersions,
  findIpxeVersion,
  runsAutoexecOnUefi,
} from '../../codec/ipxe-binary/ipxe-version.ts'
import { Failure } from '../../domain/failure.ts'
import type { Firmware } from '../../domain/machine.ts'
import type { Log } from '../../ports/log.ts'
import type { IpxeBuild, MediaBuilder } from '../../ports/media-builder.ts'
import { BESIDE_THE_ISO, makeEfiPartition } from './efi-partition.ts'
import { MEDIA_DATE, runTool } from './run-tool.ts'

/** Part of the cache key: to be raised when the same inputs shall make another ISO. */
const BUILDER_VERSION = 2
/** A stock iPXE ISO is a few MiB; anything far larger is something else. */
const MAX_ISO_BYTES = 64 * 1024 * 1024
/** An EFI binary of iPXE is about one MiB. */
const MAX_EFI_BYTES = 8 * 1024 * 1024
/** Boot code of a stock ISO, before the fields that belong to the disk; it finds isolinux.bin by a field after it. */
const MBR_CODE_BYTES = 432
/** Type of a GPT partition (UEFI 2.10 §5.3.3). */
const EFI_SYSTEM_PARTITION = 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B'

export interface MediaBuilderOptions {
  /** Where built ISOs are kept. */
  readonly cacheDirectory: string
  /** Folders that may hold an `ipxe.iso`, best first. */
  readonly ipxeDirectories: readonly string[]
  readonly log: Log
}

/** Builds with xorriso and mtools out of the stock `ipxe.iso` of a distribution; no binary in it is changed. */
export function createMediaBuilder({
  cacheDirectory,
  ipxeDirectories,
  log,
}: MediaBuilderOptions): MediaBuilder {
  return {
    async findIpxe(firmware, signal) {
      const builds: IpxeBuild[] = []
      for (const directory of ipxeDirectories) {
        const build = await readBuild(join(directory, 'ipxe.iso'), signal)
        if (build) builds.push(build)
      }
      return choose(builds, firmware, ipxeDirectories)
    },
    async build(ipxe, autoexec, signal) {
      const stock = await readFile(ipxe.isoPath, { signal })
      const more = await readBeside(ipxe.isoPath, signal)
      const hash = createHash('sha256').update(stock).update(`\0${BUILDER_VERSION}\0`).update(autoexec)
      for (const [name, bytes] of more) hash.update(`\0${name}\0${bytes.length}\0`).update(bytes)
      const key = hash.digest('hex')
      const path = join(cacheDirectory, `edgeboot-${key.slice(0, 24)}.iso`)
      if (await exists(path)) {
        log.debug({ path }, 'boot media from the cache')
        return path
      }
      await mkdir(cacheDirectory, { recursive: true, mode: 0o700 })
      const work = await mkdtemp(join(cacheDirectory, 'building-'))
      try {
        const efi = await assemble({ isoPath: ipxe.isoPath, stock, more, autoexec, key, work, signal })
        await rename(join(work, 'out.iso'), path)
        log.info({ path, ipxe: ipxe.version, efi }, 'boot media built')
      } finally {
        await rm(work, { recursive: true, force: true })
      }
      return path
    },
  }
}

/** EFI binaries beside the ISO: where its own image lacks an architecture, these have it. */
async function readBeside(isoPath: string, signal: AbortSignal): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>()
  for (const [name, file] of Object.entries(BESIDE_THE_ISO)) {
    const path = join(dirname(isoPath), file)
    const about = await stat(path).catch(() => undefined)
    if (about?.isFile() && about.size <= MAX_EFI_BYTES) found.set(name, await readFile(path, { signal }))
  }
  return found
}

interface Parts {
  /** Named in messages; `stock` is what was read of it. */
  readonly isoPath: string
  readonly stock: Uint8Array
  readonly more: ReadonlyMap<string, Uint8Array>
  readonly autoexec: string
  /** Hex, from all that goes in: what has to be unique to the image is taken from it. */
  readonly key: string
  readonly work: string
  readonly signal: AbortSignal
}

/**
 * Lays out `out.iso`: an ISO 9660 with El Torito entries for BIOS and UEFI, which is also a GPT disk with an EFI
 * system partition and boot code in its first sector. The UEFI entry and the partition are the same bytes. The script
 * is an initrd of `ipxe.krn` for BIOS and lies in the partition's root for UEFI. Names in `work` only: tools give
 * some characters of paths a meaning. Resolves to the names of the EFI binaries.
 */
async function assemble({
  isoPath,
  stock,
  more,
  autoexec,
  key,
  work,
  signal,
}: Parts): Promise<readonly string[]> {
  const file = (name: string): string => join(work, name)
  const tool = { cwd: work, signal }
  await writeFile(file('stock.iso'), stock)
  await writeFile(file('boot-code.bin'), stock.subarray(0, MBR_CODE_BYTES))
  await mkdir(file('efi'))
  const extract = ['-osirrox', 'on:auto_chmod_on', '-indev', 'stock.iso', '-extract', '/', 'tree']
  await runTool('xorriso', extract, tool)
  const menu = await readFile(file('tree/isolinux.cfg'), 'utf8').catch(() => '')
  const parts = ['isolinux.bin', 'efi.img']
  const present = await Promise.all(parts.map((name) => exists(file(`tree/${name}`))))
  const lacking = [
    ...parts.filter((_, index) => !present[index]),
    ...(/^\s*KERNEL\s/im.test(menu) ? [] : ['a kernel in isolinux.cfg']),
  ]
  if (lacking.length > 0) {
    throw new Failure('media.build-failed', `${isoPath} is no stock iPXE ISO: it lacks ${lacking.join(', ')}`)
  }
  await rename(file('tree/efi.img'), file('stock-efi.img'))
  await rm(file('tree/boot.cat'), { force: true })
  await writeFile(
    file('tree/isolinux.cfg'),
    menu.replace(/^(\s*)KERNEL.*$/im, '$&\n$1APPEND initrd=autoexec.ipxe'),
  )
  await writeFile(file('tree/autoexec.ipxe'), autoexec)
  for (const [name, bytes] of more) await writeFile(file(name), bytes)
  const names = await makeEfiPartition({
    work,
    stock: 'stock-efi.img',
    more: [...more.keys()],
    autoexec: 'tree/autoexec.ipxe',
    out: 'efi.img',
    serial: key.slice(0, 8),
    signal,
  })
  await runTool('xorriso', ['-as', 'mkisofs', ...layout(key), 'tree'], tool)
  return names
}

function layout(key: string): readonly string[] {
  const date = `${MEDIA_DATE.toISOString()
    .replace(/[^0-9]/g, '')
    .slice(0, 14)}00`
  const sector = ['-no-emul-boot', '-boot-load-size', '4', '-boot-info-table']
  return [
    ...['-o', 'out.iso', '-V', 'EDGEBOOT', '-r', '-J'],
    ...[`--modification-date=${date}`, '--set_all_file_dates', date, '--gpt_disk_guid', guidOf(key)],
    ...['-partition_offset', '16', '--mbr-force-bootable', '-isohybrid-mbr', 'boot-code.bin'],
    ...['-append_partition', '2', EFI_SYSTEM_PARTITION, 'efi.img', '-appended_part_as_gpt'],
    ...['-c', 'boot.cat', '-b', 'isolinux.bin', ...sector],
    ...['-eltorito-alt-boot', '-e', '--interval:appended_partition_2:all::', '-no-emul-boot'],
  ]
}

/** 32 hex digits as a GUID that says of itself that it was made up (RFC 9562 §5.4). */
function guidOf(key: string): string {
  const digits = key.replace(/^(.{12}).(.{3}).(.{15}).*$/, '$14$28$3')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

async function readBuild(isoPath: string, signal: AbortSignal): Promise<IpxeBuild | undefined> {
  if (!(await exists(isoPath))) return undefined
  await using handle = await open(isoPath)
  const { size } = await handle.stat()
  if (size > MAX_ISO_BYTES) return undefined
  // Strings of the binaries stand uncompressed in the image; the boot loader's own version must not be taken for
  // iPXE's, and it stands after them.
  const version = findIpxeVersion(await handle.readFile({ signal } as object)) ?? 'unknown'
  return { isoPath, version, chainsByItselfOnUefi: runsAutoexecOnUefi(version) }
}

function choose(builds: readonly IpxeBuild[], firmware: Firmware, searched: readonly string[]): IpxeBuild {
  const remedy =
    'iPXE 2.0 is in the package ipxe of Debian unstable; in a checkout tools/setup.sh fetches it, otherwise unpack ' +
    'it and name its folder with --ipxe'
  if (builds.length === 0) {
    throw new Failure(
      'ipxe.not-found',
      `no ipxe.iso in ${searched.join(', ')}; install one (apt-get install ipxe), for UEFI at least 2.0: ${remedy}`,
    )
  }
  const newest = builds.toSorted((a, b) => compareIpxeVersions(b.version, a.version))[0] as IpxeBuild
  // The folders stand in the order in which they are preferred, as long as one can do the job.
  const fitting = firmware === 'uefi' ? builds.find((build) => build.chainsByItselfOnUefi) : builds[0]
  if (fitting) return fitting
  throw new Failure(
    'ipxe.too-old',
    `iPXE ${newest.version} (${newest.isoPath}) does not chain by itself under UEFI, which needs 2.0: ${remedy}`,
    { version: newest.version },
  )
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    (about) => about.isFile(),
    () => false,
  )
}
