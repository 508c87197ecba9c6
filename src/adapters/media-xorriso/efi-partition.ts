import { open, readdir, rename, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../domain/failure.ts'
import { MEDIA_DATE, runTool } from './run-tool.ts'

const SECTOR = 512
const SECTORS_PER_MIB = 2048
/** FAT16 with clusters of one sector holds from 4 to 31 MiB; El Torito can say no more than 31 MiB either. */
const MIN_MIB = 4
const MAX_MIB = 31
/** FAT, directories and what clusters leave unused. MiB. */
const SPARE_MIB = 1

/** Names by which UEFI starts a binary from removable media (UEFI 2.10 §3.5.1.1), in upper case. */
const BOOT_NAME = /^BOOT[A-Z0-9]{2,12}\.EFI$/

/** What a folder with iPXE may hold beside its ISO, by the name under which UEFI looks for it. */
export const BESIDE_THE_ISO: Readonly<Record<string, string>> = {
  'BOOTX64.EFI': 'ipxe-amd64.efi',
  'BOOTAA64.EFI': 'ipxe-arm64.efi',
}

export interface EfiPartitionInput {
  /** Where everything is made. */
  readonly work: string
  /** FAT image of the stock ISO; file names are relative to `work`. */
  readonly stock: string
  /** Binaries for what the stock image lacks, under the names UEFI looks for. */
  readonly more: readonly string[]
  readonly autoexec: string
  readonly out: string
  /** Eight hex digits. */
  readonly serial: string
  readonly signal: AbortSignal
}

/**
 * Makes the EFI system partition anew: the stock image has no room in every version, and its own dates. The script
 * lies in the root, where iPXE looks after it has looked beside its binary. Resolves to the names of the binaries.
 */
export async function makeEfiPartition(input: EfiPartitionInput): Promise<readonly string[]> {
  const { work, stock, more, autoexec, out, serial, signal } = input
  const tool = { cwd: work, signal }
  await runTool('mcopy', ['-n', '-i', stock, '::/EFI/BOOT/*.EFI', 'efi'], tool)
  for (const found of await readdir(join(work, 'efi'))) {
    await rename(join(work, 'efi', found), join(work, 'efi', found.toUpperCase()))
  }
  const held = (await readdir(join(work, 'efi'))).filter((name) => BOOT_NAME.test(name))
  const added = more.filter((name) => !held.includes(name))
  for (const name of added) await rename(join(work, name), join(work, 'efi', name))
  // In an order of ours: folders are read in the order of the file system.
  const names = [...held, ...added].toSorted()
  const files = [autoexec, ...names.map((name) => `efi/${name}`)]
  const mib = await sizeMiB(files.map((name) => join(work, name)))
  if (mib > MAX_MIB) {
    throw new Failure('media.build-failed', `the EFI binaries need ${mib} MiB, media hold ${MAX_MIB} MiB`)
  }
  for (const name of files) await utimes(join(work, name), MEDIA_DATE, MEDIA_DATE)
  await using image = await open(join(work, out), 'wx')
  await image.truncate(mib * SECTORS_PER_MIB * SECTOR)
  const geometry = ['-T', `${mib * SECTORS_PER_MIB}`, '-h', '64', '-s', '32', '-c', '1']
  await runTool('mformat', ['-i', out, ...geometry, '-N', serial, '-v', 'EDGEBOOT', '::'], tool)
  await runTool('mmd', ['-i', out, '::/EFI', '::/EFI/BOOT'], tool)
  await runTool('mcopy', ['-m', '-i', out, ...names.map((name) => `efi/${name}`), '::/EFI/BOOT/'], tool)
  await runTool('mcopy', ['-m', '-i', out, autoexec, '::/autoexec.ipxe'], tool)
  return names
}

async function sizeMiB(paths: readonly string[]): Promise<number> {
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size))
  const bytes = sizes.reduce((sum, size) => sum + Math.ceil(size / SECTOR) * SECTOR, 0)
  return Math.max(MIN_MIB, Math.ceil(bytes / (SECTORS_PER_MIB * SECTOR)) + SPARE_MIB)
}
