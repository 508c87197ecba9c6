import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  compareIpxeVersions,
  findIpxeVersion,
  runsAutoexecOnUefi,
} from '../../codec/ipxe-binary/ipxe-version.ts'
import { Failure } from '../../domain/failure.ts'
import type { Firmware } from '../../domain/machine.ts'
import type { Log } from '../../ports/log.ts'
import type { IpxeBuild, MediaBuilder } from '../../ports/media-builder.ts'
import { runTool } from './run-tool.ts'

/** Part of the cache key: to be raised when the same inputs shall make another ISO. */
const BUILDER_VERSION = 1
/** A stock iPXE ISO is a few MiB; anything far larger is something else. */
const MAX_ISO_BYTES = 64 * 1024 * 1024

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
      const key = createHash('sha256')
        .update(stock)
        .update(`\0${BUILDER_VERSION}\0`)
        .update(autoexec)
        .digest('hex')
      const path = join(cacheDirectory, `edgeboot-${key.slice(0, 24)}.iso`)
      if (await exists(path)) {
        log.debug({ path }, 'boot media from the cache')
        return path
      }
      await mkdir(cacheDirectory, { recursive: true, mode: 0o700 })
      const work = await mkdtemp(join(cacheDirectory, 'building-'))
      try {
        await assemble(ipxe.isoPath, autoexec, work, signal)
        await rename(join(work, 'out.iso'), path)
      } finally {
        await rm(work, { recursive: true, force: true })
      }
      log.info({ path, ipxe: ipxe.version }, 'boot media built')
      return path
    },
  }
}

/** Adds `autoexec.ipxe` where BIOS (as an initrd of ipxe.krn) and UEFI (beside the binary's volume root) look for it. */
async function assemble(stock: string, autoexec: string, work: string, signal: AbortSignal): Promise<void> {
  const file = (name: string): string => join(work, name)
  await writeFile(file('autoexec.ipxe'), autoexec)
  const extract = ['/isolinux.cfg', '/efi.img'].flatMap((path) => ['-extract', path, file(path.slice(1))])
  await runTool('xorriso', ['-osirrox', 'on:auto_chmod_on', '-indev', stock, ...extract], signal)
  const menu = await readFile(file('isolinux.cfg'), 'utf8')
  if (!/^\s*KERNEL\s/im.test(menu)) {
    throw new Failure(
      'media.build-failed',
      `${stock} is no stock iPXE ISO: its isolinux.cfg starts no kernel`,
    )
  }
  await writeFile(
    file('isolinux.cfg'),
    menu.replace(/^(\s*)KERNEL.*$/im, '$&\n$1APPEND initrd=autoexec.ipxe'),
  )
  await runTool('mcopy', ['-o', '-i', file('efi.img'), file('autoexec.ipxe'), '::/autoexec.ipxe'], signal)
  const update = ['isolinux.cfg', 'efi.img', 'autoexec.ipxe'].flatMap((name) => [
    '-update',
    file(name),
    `/${name}`,
  ])
  await runTool(
    'xorriso',
    ['-indev', stock, '-outdev', file('out.iso'), '-boot_image', 'any', 'replay', ...update],
    signal,
  )
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
