import { setTimeout as sleep } from 'node:timers/promises'
import { bytesPerSecond, type LoadReport } from '../load/load.ts'
import { partsFor } from '../measure/parts.ts'
import { cpuSeconds } from '../measure/processes.ts'
import { createSamples } from '../measure/samples.ts'
import type { Bench, BenchContext, Cell, Goal } from '../measure/table.ts'
import type { FileServer } from '../peers/file-server.ts'
import { type Contenders, GIB, MIB, ROOTFS_BYTES, startContenders } from './contenders.ts'

interface Condition {
  readonly row: string
  readonly connections: number
  readonly bytesEach: number
  /** One after the other on each connection: processor time is told in steps of 10 ms, which has to be little of it. */
  readonly times: number
}

const CONDITIONS: readonly Condition[] = [
  { row: '1 connection', connections: 1, bytesEach: GIB, times: 4 },
  { row: '16 connections', connections: 16, bytesEach: 512 * MIB, times: 1 },
  { row: '64 connections', connections: 64, bytesEach: 128 * MIB, times: 1 },
  { row: '512 connections', connections: 512, bytesEach: 32 * MIB, times: 1 },
]
/** What is still going on after the last byte, closing and keeping of events, belongs to it. */
const SETTLE_MS = 300

const METHOD =
  `Each connection of one load process asks for its own part of a root file system of ${ROOTFS_BYTES / GIB} GiB, evenly apart, ` +
  'all at once, over loopback, from the page cache; every status and every byte is counted. Processor time of the server and its ' +
  'children, user and system, from before the first to after the last byte. The contenders take turns in each repetition, ' +
  'after one download of the whole file each, compared by its digest. Edgeboot is `edgeboot serve` with a fleet of 512 hosts: every ' +
  'connection is a host that asked for its script just before, and events, progress and log are on.'

/** Processor time of the server for each GiB it sends. */
export const httpCpu: Bench = {
  name: 'http-cpu',
  run: async (context) => {
    await using contenders = await startContenders(context, { peers: ['nginx', 'Python', 'Caddy'] })
    return [
      {
        id: 'http-cpu',
        title: 'Processor time of a root file system over HTTP',
        method: `${METHOD} Python knows no ranges: it sends files of the length of the parts.`,
        unit: 'CPU seconds per GiB',
        cells: await measureCpu(context, contenders, 1),
        goals: CONDITIONS.flatMap(({ row, connections }): Goal[] => [
          { row, column: 'Edgeboot', dividedBy: 'nginx', atMost: connections === 1 ? 1.2 : 1 },
          { row, column: 'Edgeboot', dividedBy: 'Python', atMost: 0.5 },
        ]),
      },
    ]
  },
}

/** The same with TLS 1.3. */
export const httpsCpu: Bench = {
  name: 'https-cpu',
  run: async (context) => {
    await using contenders = await startContenders(context, { peers: ['nginx', 'Caddy'], isTls: true })
    return [
      {
        id: 'https-cpu',
        title: 'Processor time of a root file system over HTTPS',
        method: `${METHOD} TLS 1.3, AES-128-GCM, the same ECDSA certificate for all, handshakes included.`,
        unit: 'CPU seconds per GiB',
        cells: await measureCpu(context, contenders, 4),
        goals: CONDITIONS.map(({ row }) => ({ row, column: 'Edgeboot', dividedBy: 'nginx', atMost: 1.15 })),
      },
    ]
  },
}

async function measureCpu(
  context: BenchContext,
  { servers, files, load }: Contenders,
  dividedBy: number,
): Promise<readonly Cell[]> {
  const samples = createSamples()
  const share = dividedBy * (context.isQuick ? 16 : 1)
  for (let repetition = 1; repetition <= context.repetitions; repetition += 1) {
    for (const { row, connections, bytesEach, times } of CONDITIONS) {
      for (const server of servers) {
        const parts = partsFor(connections, bytesEach / share, files.sizeBytes)
        const downloads = await server.downloads(parts)
        const { report, seconds } = await withCpu(server, () => load({ downloads, times }))
        const perGib = seconds / (report.bytes / GIB)
        samples.add(row, server.name, perGib)
        const speed = `${(bytesPerSecond(report) / GIB).toFixed(2)} GiB/s`
        const client = `client ${(report.cpuSeconds / (report.bytes / GIB)).toFixed(2)}`
        context.note(
          `${repetition}: ${row}, ${server.name}: ${perGib.toFixed(3)} s/GiB, ${speed}, ${client} s/GiB`,
        )
      }
    }
  }
  return samples.cells()
}

async function withCpu(
  { pid }: FileServer,
  run: () => Promise<LoadReport>,
): Promise<{ readonly report: LoadReport; readonly seconds: number }> {
  await sleep(SETTLE_MS)
  const before = await cpuSeconds(pid)
  const report = await run()
  await sleep(SETTLE_MS)
  return { report, seconds: (await cpuSeconds(pid)) - before }
}
