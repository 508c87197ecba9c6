import type { PacingOrder } from '../../src/domain/pacing/pacing.ts'
import type { Simulation } from '../../src/domain/simulation/simulation.ts'
import { startServing } from '../../test/support/dashboard/serving.ts'
import { runEdgeboot } from '../../test/support/edgeboot-process.ts'
import { simulatePacedFleet } from '../../test/support/paced-fleet.ts'
import type { Bench, BenchContext, Cell, Goal, Table } from '../measure/table.ts'

/** The slower way first: whatever the machine does meanwhile, it is not for our good. */
const ORDERS: readonly PacingOrder[] = ['equal', 'first']
const COLUMNS: Readonly<Record<PacingOrder, string>> = { equal: 'sharing equally', first: 'in order' }

const GIGABIT = 125_000_000
const INSTALLER = { bytes: 1_600_000_000, installMs: 4 * 60_000, hostBytesPerSecond: GIGABIT }

/** What it is worth that hosts that began first go first. */
export const pacing: Bench = {
  name: 'pacing',
  run: async (context) => [...simulated(context), ...(await served(context))],
}

/** Real sizes, a clock that is only computed: always the same numbers. */
function simulated({ isQuick }: BenchContext): readonly Table[] {
  const fleets = (isQuick ? [50] : [50, 200, 500]).flatMap((hosts) => [
    { row: `${hosts} hosts at once`, hosts, atOnce: hosts },
    { row: `${hosts} hosts, 32 at a time`, hosts, atOnce: 32 },
  ])
  const seen = fleets.flatMap(({ row, hosts, atOnce }) =>
    ORDERS.map((order) => {
      const pace = { bytesPerSecond: GIGABIT, order }
      return {
        row,
        column: COLUMNS[order],
        ...simulatePacedFleet({ ...INSTALLER, hosts, atOnce, pacing: pace }),
      }
    }),
  )
  const rows = fleets.map(({ row }) => row)
  const method =
    'The pacer of the server with a clock that is only computed: 1.6 GB for each host, 1 Gbit/s for all, four minutes ' +
    'of installation, all switched on at once. Where only 32 may be on their way, the next begins when one is ready.'
  return [
    {
      id: 'pacing-simulated-mean',
      title: 'Mean time to ready, computed',
      ...{ method, unit: 'seconds' },
      cells: seen.map(({ row, column, meanSeconds }) => ({ row, column, samples: [meanSeconds] })),
      goals: rows.map((row) => comparing(row, 0.75)),
    },
    {
      id: 'pacing-simulated-total',
      title: 'Until the last one is ready, computed',
      ...{ method, unit: 'seconds' },
      cells: seen.map(({ row, column, totalSeconds }) => ({ row, column, samples: [totalSeconds] })),
      goals: rows.map((row) => comparing(row, 1.01)),
    },
  ]
}

/** A real server and simulated hosts with real connections. */
async function served(context: BenchContext): Promise<readonly Table[]> {
  const { isQuick, repetitions, note } = context
  const about = isQuick
    ? { hosts: 8, bandwidth: '800Mbit', installTime: '2s' }
    : { hosts: 40, bandwidth: '400Mbit', installTime: '20s' }
  const seen = new Map<PacingOrder, Simulation[]>(ORDERS.map((order) => [order, []]))
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    for (const order of ORDERS) {
      note(`${about.hosts} hosts, ${COLUMNS[order]}`)
      seen.get(order)?.push(await simulate(order, about))
    }
  }
  const row = `${about.hosts} hosts`
  const cellsOf = (measure: (simulation: Simulation) => number): readonly Cell[] =>
    ORDERS.map((order) => ({ row, column: COLUMNS[order], samples: (seen.get(order) ?? []).map(measure) }))
  const bytes = seen.get('first')?.[0]?.requests.rootfs?.bytes ?? 0
  const method =
    `edgeboot serve --bandwidth ${about.bandwidth}, with and without --bandwidth-order equal, and edgeboot simulate ` +
    `--hosts ${about.hosts} --install-time ${about.installTime}, over loopback: kernel, initrd and a root file system of ` +
    `${Math.round(bytes / about.hosts / 1e6)} MB for each host, all at once.`
  const table = (
    id: string,
    title: string,
    measure: Parameters<typeof cellsOf>[0],
    goals: readonly Goal[],
  ): Table => ({
    ...{ id, title, method, unit: 'seconds', goals },
    cells: cellsOf(measure),
  })
  return [
    table('pacing-mean', 'Mean time to ready', ({ boot }) => (boot?.mean ?? Number.NaN) / 1000, [
      comparing(row, isQuick ? 0.9 : 0.75),
    ]),
    table('pacing-median', 'Median time to ready', ({ boot }) => (boot?.p50 ?? Number.NaN) / 1000, []),
    table('pacing-total', 'Until the last one is ready', ({ wallMs }) => wallMs / 1000, [
      comparing(row, 1.05),
    ]),
  ]
}

async function simulate(
  order: PacingOrder,
  about: { readonly hosts: number; readonly bandwidth: string; readonly installTime: string },
): Promise<Simulation> {
  await using serving = await startServing(['--bandwidth', about.bandwidth, '--bandwidth-order', order])
  await serving.apply('  []', `unknownHosts: profile:store\nmaxParallel: ${about.hosts}`)
  const args = [
    '--server-url',
    serving.bootUrl,
    '--hosts',
    String(about.hosts),
    '--install-time',
    about.installTime,
  ]
  const { code, stdout, stderr } = await runEdgeboot(['--json', 'simulate', ...args])
  if (code !== 0)
    throw new Error(`edgeboot simulate ended with ${code}:\n${stderr}\n${stdout.slice(0, 2000)}`)
  return JSON.parse(stdout)
}

function comparing(row: string, atMost: number): Goal {
  return { row, column: COLUMNS.first, dividedBy: COLUMNS.equal, atMost }
}
