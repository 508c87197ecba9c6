import { setTimeout as sleep } from 'node:timers/promises'
import { bytesPerSecond, type LoadReport } from '../load/load.ts'
import { partsFor } from '../measure/parts.ts'
import { cpuSeconds } from '../measure/processes.ts'
import { createSamples } from '../measure/samples.ts'
import type { Bench, BenchContext, Cell, Goal, Table } from '../measure/table.ts'
import type { FileServer } from '../peers/file-server.ts'
import { type Contenders, GIB, MIB, ROOTFS_BYTES, startContenders } from './contenders.ts'

interface Condition {
  readonly row: string
  readonly connections: number
  readonly bytesEach: number
  /** One after the other on each connection: processor time is told in steps of 10 ms, which has to be little of it. */
  readonly times: number
}

/** As much of the root file system for each as there is time for: what a download costs once should count as it does in life. */
const CONDITIONS: readonly Condition[] = [
  { row: '1 connection', connections: 1, bytesEach: ROOTFS_BYTES, times: 4 },
  { row: '16 connections', connections: 16, bytesEach: 512 * MIB, times: 1 },
  { row: '64 connections', connections: 64, bytesEach: 512 * MIB, times: 1 },
  { row: '512 connections', connections: 512, bytesEach: 256 * MIB, times: 1 },
]
/** Python takes ten times as long for each GiB, however many it sends: only so much of that. */
const PYTHON_SENDS = 1 / 4
/** What is still going on after the last byte, closing and keeping of events, belongs to it. */
const SETTLE_MS = 300

const AMOUNTS = CONDITIONS.map(
  ({ row, connections, bytesEach, times }) => `${(connections * bytesEach * times) / GIB} GiB at ${row}`,
).join(', ')

const METHOD =
  `Each connection of one load process asks for its own part of a root file system of ${ROOTFS_BYTES / GIB} GiB, evenly apart, ` +
  'all at once, over loopback, from the page cache; every status and every byte is counted. Processor time of the server and its ' +
  `children, user and system, from before the first byte to ${SETTLE_MS} ms after the last. The contenders take turns in each repetition, ` +
  'after one download of the whole file each, compared by its digest. Edgeboot is `edgeboot serve` with a fleet of 512 hosts: every ' +
  'connection is a host that asked for its script just before, and events, progress and log are on.'

/** Processor time of the server for each GiB it sends. */
export const httpCpu: Bench = {
  name: 'http-cpu',
  run: async (context) => {
    await using contenders = await startContenders(context, { peers: ['nginx', 'Python', 'Caddy'] })
    const { server, whole } = await measureCpu(context, contenders, 1)
    return [
      {
        id: 'http-cpu',
        title: 'Processor time of a root file system over HTTP',
        method: `${METHOD} ${AMOUNTS}. Python knows no ranges: it sends files of the length of the parts, which are a quarter as long as those of the others.`,
        unit: 'CPU seconds per GiB',
        cells: server,
        goals: CONDITIONS.flatMap(({ row, connections }): Goal[] => [
          { row, column: 'Edgeboot', dividedBy: 'nginx', atMost: connections === 1 ? 1.2 : 1 },
          { row, column: 'Edgeboot', dividedBy: 'Python', atMost: 0.5 },
        ]),
      },
      wholeCost('http-cost', 'over HTTP', whole),
    ]
  },
}

/** The same with TLS 1.3. */
export const httpsCpu: Bench = {
  name: 'https-cpu',
  run: async (context) => {
    await using contenders = await startContenders(context, { peers: ['nginx', 'Caddy'], isTls: true })
    const { server, whole } = await measureCpu(context, contenders, 2)
    return [
      {
        id: 'https-cpu',
        title: 'Processor time of a root file system over HTTPS',
        method: `${METHOD} Half of ${AMOUNTS}. TLS 1.3, AES-128-GCM, the same ECDSA certificate for all, handshakes included.`,
        unit: 'CPU seconds per GiB',
        cells: server,
        goals: CONDITIONS.map(({ row }) => ({ row, column: 'Edgeboot', dividedBy: 'nginx', atMost: 1.15 })),
      },
      wholeCost('https-cost', 'over HTTPS', whole),
    ]
  },
}

/** Which of the two does the work of the kernel between them is chance; what it costs in all is not. */
function wholeCost(id: string, how: string, cells: readonly Cell[]): Table {
  return {
    id,
    title: `Processor time of server and clients together ${how}`,
    method:
      'The same runs. Over loopback the kernel hands bytes from the sender to the receiver in the time of whichever of them it ' +
      'happens to run in, and counts that for one server and not for the other. This is the time of both.',
    unit: 'CPU seconds per GiB',
    cells,
    goals: [],
  }
}

interface Costs {
  readonly server: readonly Cell[]
  /** With that of the clients. */
  readonly whole: readonly Cell[]
}

async function measureCpu(
  context: BenchContext,
  { servers, files, load }: Contenders,
  dividedBy: number,
): Promise<Costs> {
  const samples = { server: createSamples(), whole: createSamples() }
  const share = dividedBy * (context.isQuick ? 16 : 1)
  for (let repetition = 1; repetition <= context.repetitions; repetition += 1) {
    for (const { row, connections, bytesEach, times } of CONDITIONS) {
      for (const server of servers) {
        const sends = (server.name === 'Python' ? PYTHON_SENDS : 1) / share
        const parts = partsFor(connections, bytesEach * sends, files.sizeBytes)
        const downloads = await server.downloads(parts)
        const { report, seconds } = await withCpu(server, () => load({ downloads, times }))
        const perGib = seconds / (report.bytes / GIB)
        const clientPerGib = report.cpuSeconds / (report.bytes / GIB)
        samples.server.add(row, server.name, perGib)
        samples.whole.add(row, server.name, perGib + clientPerGib)
        const speed = `${(bytesPerSecond(report) / GIB).toFixed(2)} GiB/s`
        const client = `client ${clientPerGib.toFixed(2)} s/GiB`
        context.note(`${repetition}: ${row}, ${server.name}: ${perGib.toFixed(3)} s/GiB, ${speed}, ${client}`)
      }
    }
  }
  return { server: samples.server.cells(), whole: samples.whole.cells() }
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
