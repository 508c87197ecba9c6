import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createDiskBlobs } from '../../src/adapters/blobs-disk/disk-blobs.ts'
import { inspectInstaller } from '../../src/services/inspect-installer/inspect-installer.ts'
import { readIsoEntry } from '../../src/services/inspect-installer/read-iso-entry.ts'
import { runEdgeboot } from '../../test/support/edgeboot-process.ts'
import { extract, makeInstallerIso } from '../load/installer-iso.ts'
import type { Bench, BenchContext, Cell } from '../measure/table.ts'
import { versionOf } from '../peers/running.ts'

const run = promisify(execFile)
const GIB = 2 ** 30
const SIZES = [2 * GIB, 8 * GIB]
const SIZES_WHEN_QUICK = [GIB / 2, GIB]
const FILES = ['/boot/kernel', '/boot/initrd', '/rootfs.squashfs']
const FIRST_BYTE = 'first byte of the root file system'
const COMMAND = 'edgeboot installer add, the whole command'

interface Peer {
  readonly name: string
  copy(iso: string, folder: string): Promise<void>
}

/** How long it takes from an ISO to the first byte of its root file system that can be sent. */
export const isoImportBench: Bench = {
  name: 'iso-import',
  async run(context) {
    const { folder, isQuick, repetitions } = context
    const peer = await findPeer(context)
    if (!peer) return []
    const sizes = isQuick ? SIZES_WHEN_QUICK : SIZES
    const samples = new Map<string, Cell & { readonly samples: number[] }>()
    const rows = sizes.map((bytes) => `${bytes / GIB} GiB`)
    for (const [at, bytes] of sizes.entries()) {
      const iso = await makeInstallerIso(folder, bytes)
      const row = rows[at] ?? ''
      // A server has done this before.
      await readFirstByte(iso)
      for (let repetition = 0; repetition < repetitions; repetition += 1) {
        const place = await mkdtemp(join(folder, 'import-'))
        keep(row, FIRST_BYTE, await timed(() => readFirstByte(iso)))
        keep(row, peer.name, await timed(() => peer.copy(iso, place)))
        keep(row, COMMAND, await timed(() => addInstaller(iso, join(place, 'data'))))
        await rm(place, { recursive: true })
      }
      await rm(iso)
    }
    const growth = growthOf(rows, samples)
    return [
      {
        id: 'iso-import',
        title: 'From an ISO to the first byte that can be served',
        method:
          'An ISO with a root file system of that size (zeros behind its superblock, so that reading costs little), in the page ' +
          'cache as far as it fits. Ours opens the ISO, looks into it as the server does when an installer is added, and reads ' +
          `the first byte of the root file system. ${peer.name} puts kernel, initrd and root file system where a web server finds ` +
          'them, without waiting for the disk. The whole command starts Node.js and writes the database too.',
        unit: 'ms',
        cells: [...samples.values(), ...growth],
        goals: [
          ...rows.map((row) => ({ row, column: FIRST_BYTE, dividedBy: peer.name, atMost: 0.01 })),
          ...growth.slice(0, 1).map(({ row, column }) => ({ row, column, atMost: 1.5 })),
        ],
      },
    ]

    function keep(row: string, column: string, ms: number): void {
      const key = `${row}\n${column}`
      const cell = samples.get(key) ?? { row, column, samples: [] }
      cell.samples.push(ms)
      samples.set(key, cell)
    }
  },
}

/** Of the larger to the smaller ISO, repetition by repetition: what does not depend on the size stays near 1. */
function growthOf(rows: readonly string[], samples: ReadonlyMap<string, Cell>): readonly Cell[] {
  const [small, large] = rows.map((row) => [...samples.values()].filter((cell) => cell.row === row))
  return (small ?? []).flatMap(({ column, samples: before }) => {
    const after = large?.find((cell) => cell.column === column)?.samples ?? []
    const ratios = after.map((ms, at) => ms / (before[at] ?? Number.NaN))
    return [{ row: `${rows[1]} ÷ ${rows[0]}`, column, samples: ratios }]
  })
}

async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

async function readFirstByte(iso: string): Promise<void> {
  const { signal } = new AbortController()
  await using blob = await createDiskBlobs().open(iso)
  const { artifacts } = await inspectInstaller(blob, {}, signal)
  const rootfs = artifacts.find(({ role }) => role === 'rootfs')
  const [first] = rootfs ? await readIsoEntry(blob, rootfs, 1, signal) : []
  if (first === undefined) throw new Error('the ISO has no root file system')
}

async function addInstaller(iso: string, dataDirectory: string): Promise<void> {
  const args = ['--data-dir', dataDirectory, 'installer', 'add', iso, '--name', 'palette']
  const { code, stderr } = await runEdgeboot(args)
  if (code !== 0) throw new Error(`edgeboot installer add ended with ${code}:\n${stderr}`)
}

/** What the guide does: a loop mount and cp; where the kernel has no ISO 9660 or this is not root, xorriso copies. */
async function findPeer({ note, uses, folder }: BenchContext): Promise<Peer | undefined> {
  if (await canMount(folder)) return { name: 'mount and cp', copy: mountAndCopy }
  const version = await versionOf('xorriso', ['-version'], /xorriso version\s*:\s*(\S+)/)
  if (version === undefined) {
    note('nothing to compare with: loop mounts are not possible here, and xorriso is not installed')
    return undefined
  }
  note('ISO files cannot be mounted here: xorriso copies the three files instead')
  uses('xorriso', version)
  return { name: 'xorriso -extract', copy: (iso, place) => extract(iso, FILES, place) }
}

async function canMount(folder: string): Promise<boolean> {
  const probe = await makeInstallerIso(folder, 1024 * 1024 * 128)
  const place = await mkdtemp(join(folder, 'mount-'))
  try {
    await mountAndCopy(probe, place)
    return true
  } catch {
    return false
  } finally {
    await rm(probe)
  }
}

async function mountAndCopy(iso: string, place: string): Promise<void> {
  const mounted = join(place, 'mounted')
  await mkdir(mounted)
  await run('mount', ['-o', 'loop,ro', iso, mounted])
  try {
    for (const file of FILES) await cp(join(mounted, file), join(place, file))
  } finally {
    await run('umount', [mounted])
  }
}
