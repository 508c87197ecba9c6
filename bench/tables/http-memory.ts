import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { runLoad } from '../load/load.ts'
import { partsFor } from '../measure/parts.ts'
import { residentMib } from '../measure/processes.ts'
import { createSamples } from '../measure/samples.ts'
import { median } from '../measure/statistics.ts'
import type { Bench, BenchContext, Goal } from '../measure/table.ts'
import { edgebootVersion, startEdgebootFleet } from '../peers/edgeboot.ts'
import type { FileServer } from '../peers/file-server.ts'
import { makeInstallerFiles, makeSparseIso } from '../peers/installer-files.ts'
import { GIB, MIB, ROOTFS_BYTES } from './contenders.ts'

const HOSTS = 512
const BYTES_EACH = 32 * MIB
const ISOS = [
  { row: '1.5 GiB ISO', rootfsBytes: ROOTFS_BYTES, isSparse: false },
  { row: '8 GiB ISO', rootfsBytes: 8 * GIB, isSparse: true },
] as const
const LASTS_MS = { usual: 21_000, quick: 3_000 } as const
const SAMPLE_MS = 250
const COLUMNS = { first: 'first third', last: 'last third' } as const

/** How much memory serving takes, whatever the size of the ISO, and whether it grows. */
export const httpMemory: Bench = {
  name: 'http-memory',
  run: async (context) => {
    context.uses('Edgeboot', await edgebootVersion())
    const samples = createSamples()
    await using stack = new AsyncDisposableStack()
    const served: { row: string; rootfsBytes: number; server: FileServer }[] = []
    for (const { row, rootfsBytes, isSparse } of ISOS) {
      context.note(`starting Edgeboot: ${HOSTS} hosts, ${row}`)
      const iso = isSparse
        ? await makeSparseIso(context.folder, rootfsBytes)
        : (await makeInstallerFiles(context.folder, rootfsBytes)).iso
      const folder = join(context.folder, `memory-${rootfsBytes}`)
      const server = stack.use(await startEdgebootFleet({ folder, iso, rootfsBytes, hosts: HOSTS }))
      served.push({ row, rootfsBytes, server })
    }
    for (let repetition = 1; repetition <= context.repetitions; repetition += 1) {
      for (const { row, rootfsBytes, server } of served) {
        const seen = await residentWhileServing(context, server, rootfsBytes)
        const third = Math.ceil(seen.length / 3)
        const [first, last] = [median(seen.slice(0, third)), median(seen.slice(-third))]
        samples.add(row, COLUMNS.first, first)
        samples.add(row, COLUMNS.last, last)
        samples.add(row, 'most', Math.max(...seen))
        context.note(`${repetition}: ${row}: ${first.toFixed(0)} MiB, at the end ${last.toFixed(0)} MiB`)
      }
    }
    return [
      {
        id: 'http-memory',
        title: `Memory of Edgeboot while ${HOSTS} hosts download`,
        method:
          `${HOSTS} connections, each a host of the fleet, download parts of ${BYTES_EACH / MIB} MiB at different places of the root file ` +
          `system, evenly apart, again and again for ${LASTS_MS.usual / 1000} s as fast as they can. Resident memory of the process, its ` +
          `program included, looked at every ${SAMPLE_MS} ms: median of the first and the last third of this time, and the most. The ` +
          'same processes serve in all repetitions. The large ISO is a hole, which the kernel reads as it does any other file.',
        unit: 'MiB',
        cells: samples.cells(),
        goals: ISOS.flatMap(({ row }): Goal[] => [
          { row, column: 'most', atMost: 300 },
          { row, column: COLUMNS.last, dividedBy: COLUMNS.first, atMost: 1.1 },
        ]),
      },
    ]
  },
}

async function residentWhileServing(
  { isQuick }: BenchContext,
  server: FileServer,
  rootfsBytes: number,
): Promise<readonly number[]> {
  const downloads = await server.downloads(partsFor(HOSTS, BYTES_EACH, rootfsBytes))
  const seen: number[] = []
  let isOver = false
  const load = runLoad({ downloads, forMs: isQuick ? LASTS_MS.quick : LASTS_MS.usual }).finally(() => {
    isOver = true
  })
  const look = async (): Promise<void> => {
    while (!isOver) {
      seen.push(await residentMib(server.pid))
      await sleep(SAMPLE_MS)
    }
  }
  await Promise.all([load, look()])
  return seen
}
