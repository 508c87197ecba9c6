import { connectControl } from '../../src/app/control-connection.ts'
import { standInIso } from '../../test/support/stand-in-iso.ts'
import { HOSTS } from '../large-fleet.ts'
import { startDownload } from '../load/downloader.ts'
import { askOnce, loadScripts, type ScriptLoad } from '../load/script-load.ts'
import { prepareFleet, type ServedFleet, serveFleet } from '../load/served-fleet.ts'
import { cpuSeconds } from '../measure/processes.ts'
import { percentile } from '../measure/statistics.ts'
import type { Bench, Cell, Table } from '../measure/table.ts'

const SMALL = 100
const LARGE_WHEN_QUICK = 1000
/** They may install; the others of the fleet are there to be found past. */
const ARMED = 99
const ARMED_FOR_MS = 60 * 60_000
const PARALLEL = 8
/** So many ask in a second where it is measured how long they wait: 500 hosts in eight seconds. */
const PER_SECOND = 60
const DOWNLOADS = 64
/** Servers take turns this often: the machine is not equally fast from one second to the next, and that has to meet all. */
const TURNS = 5
/** Until V8 has compiled what answers: it goes on doing so for thousands of requests. And the first script of each host is made from its parts. */
const WARM_UP_MS = 5000

const METHOD =
  'edgeboot serve with SQLite in a process of its own; hosts that are armed and ask for their script as iPXE does, each from an ' +
  'address of its own, so that every answer opens a boot with its token and is recorded. Client and server share the machine. ' +
  'Matchbox was not measured: its Go module could not be had here.'

interface Condition {
  readonly server: ServedFleet
  readonly hosts: readonly number[]
  readonly fleet: string
  readonly size: number
}

/**
 * Boot scripts: how many a second, how long they take, and what they cost. Every run has servers of its own, as two processes
 * that do the same differ by up to 15 % for as long as they live.
 */
export const scriptLatencyBench: Bench = {
  name: 'script-latency',
  async run({ folder, isQuick, repetitions }) {
    const [small, large] = [SMALL, isQuick ? LARGE_WHEN_QUICK : HOSTS]
    const durationMs = isQuick ? 1000 : 10_000
    const iso = await standInIso()
    const [smallData, largeData] = [
      await prepareFleet(folder, iso, small),
      await prepareFleet(folder, iso, large),
    ]
    const cells = { rate: createCells(), cost: createCells(), latency: createCells() }
    for (let run = 0; run < repetitions; run += 1) {
      await using smallServer = await serveFleet(smallData)
      await using largeServer = await serveFleet(largeData)
      const conditions: readonly Condition[] = [
        { server: smallServer, hosts: await arm(smallData, small), fleet: `${small} hosts`, size: small },
        { server: largeServer, hosts: await arm(largeData, large), fleet: `${large} hosts`, size: large },
      ]
      for (const { server, hosts, size } of conditions) await warmUp(server, hosts, size)
      await measureEffort(conditions)
      for (const { server, hosts, fleet } of conditions) {
        await keepLatency(`${fleet}, idle`, server, hosts)
      }
      const end = await startDownloads(largeServer, large)
      await keepLatency(underLoad(large), largeServer, conditions[1]?.hosts ?? [])
      const bytes = await end()
      if (bytes === 0) throw new Error('nothing was downloaded meanwhile')
    }
    return tablesOf(cells, small, large)

    async function measureEffort(conditions: readonly Condition[]): Promise<void> {
      for (const connections of ['one-each', 'kept'] as const) {
        const row = connections === 'kept' ? 'connections are kept' : 'a connection for each request'
        const efforts = await measureInTurns(conditions, connections, durationMs)
        for (const { fleet, perSecond, costMs } of efforts) {
          cells.rate.keep(row, fleet, perSecond)
          cells.cost.keep(row, fleet, costMs)
        }
      }
    }

    async function keepLatency(row: string, server: ServedFleet, hosts: readonly number[]): Promise<void> {
      const { latenciesMs } = await load(server, hosts, { durationMs, perSecond: PER_SECOND })
      cells.latency.keep(row, 'p50', percentile(latenciesMs, 0.5))
      cells.latency.keep(row, 'p99', percentile(latenciesMs, 0.99))
    }
  },
}

interface Effort {
  readonly fleet: string
  readonly perSecond: number
  /** Milliseconds of the server's processor time for each request. */
  readonly costMs: number
}

/** Each for `durationMs` in all. */
async function measureInTurns(
  conditions: readonly Condition[],
  connections: 'one-each' | 'kept',
  durationMs: number,
): Promise<readonly Effort[]> {
  const sums = conditions.map((condition) => ({ ...condition, requests: 0, seconds: 0, cpuSeconds: 0 }))
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (const sum of sums) {
      const before = await cpuSeconds(sum.server.pid)
      const { perSecond, latenciesMs } = await load(sum.server, sum.hosts, {
        durationMs: durationMs / TURNS,
        connections,
      })
      sum.requests += latenciesMs.length
      sum.seconds += latenciesMs.length / perSecond
      sum.cpuSeconds += (await cpuSeconds(sum.server.pid)) - before
    }
  }
  return sums.map(({ fleet, requests, seconds, cpuSeconds: cpu }) => ({
    fleet,
    perSecond: requests / seconds,
    costMs: (cpu * 1000) / requests,
  }))
}

/** Downloads are part of it: what a server has done before shows in what its scripts cost. */
async function warmUp(server: ServedFleet, hosts: readonly number[], size: number): Promise<void> {
  const end = await startDownloads(server, size)
  await load(server, hosts, { durationMs: WARM_UP_MS })
  await end()
}

function underLoad(hosts: number): string {
  return `${hosts} hosts, ${DOWNLOADS} connections take the root file system`
}

type Cells = ReturnType<typeof createCells>

function tablesOf(
  { rate, cost, latency }: Readonly<Record<'rate' | 'cost' | 'latency', Cells>>,
  small: number,
  large: number,
): readonly Table[] {
  const [column, dividedBy] = [`${large} hosts`, `${small} hosts`]
  const each = 'a connection for each request'
  return [
    {
      id: 'script-rate',
      title: 'Boot scripts a second',
      method: `${METHOD} ${PARALLEL} requests on their way at a time; the fleets take ${TURNS} turns, and both have new servers in each run.`,
      unit: 'requests/s',
      cells: rate.all(),
      goals: [{ row: each, column, dividedBy, atLeast: 0.9 }],
    },
    {
      id: 'script-cost',
      title: 'What a boot script costs',
      method: `${METHOD} Processor time of the server, user and system, for each request.`,
      unit: 'ms',
      cells: cost.all(),
      goals: [{ row: each, column, dividedBy, atMost: 1.1 }],
    },
    {
      id: 'script-latency',
      title: 'How long a host waits for its script',
      method:
        `${METHOD} ${PER_SECOND} requests a second, a connection for each, from the beginning of the connection to the last ` +
        `byte. The root file system is taken over ${DOWNLOADS} connections as fast as one thread on the same machine can, which yields to the server and to whoever measures.`,
      unit: 'ms',
      cells: latency.all(),
      goals: [{ row: underLoad(large), column: 'p99', atMost: 10 }],
    },
  ]
}

function createCells() {
  const cells = new Map<string, Cell & { readonly samples: number[] }>()
  return {
    keep: (row: string, column: string, sample: number): void => {
      const key = `${row}\n${column}`
      const cell = cells.get(key) ?? { row, column, samples: [] }
      cell.samples.push(sample)
      cells.set(key, cell)
    },
    all: (): readonly Cell[] => [...cells.values()],
  }
}

/** Arms hosts from everywhere in the fleet; and the last one, whose boot the downloads are of. */
async function arm(dataDirectory: string, hosts: number): Promise<readonly number[]> {
  const control = await connectControl({ dataDirectory })
  const armed = Array.from({ length: ARMED }, (_, at) => Math.floor((at * (hosts - 1)) / ARMED))
  for (const host of [...armed, hosts - 1]) await control.arm(`store-${host}`, ARMED_FOR_MS)
  return armed
}

async function load(
  { bootPort: port }: ServedFleet,
  hosts: readonly number[],
  about: Pick<ScriptLoad, 'durationMs'> & Partial<ScriptLoad>,
) {
  const result = await loadScripts({ port, hosts, parallel: PARALLEL, connections: 'one-each', ...about })
  const statuses = Object.keys(result.answers)
  if (statuses.length !== 1 || !statuses[0]?.includes(' 200 ')) {
    throw new Error(`not every script was served: ${JSON.stringify(result.answers)}`)
  }
  return result
}

async function startDownloads(
  { bootPort: port }: ServedFleet,
  hosts: number,
): Promise<() => Promise<number>> {
  const script = await askOnce(port, hosts - 1)
  const path = /root=live:https?:\/\/[^/\s]+(\/\S+)/.exec(script)?.[1]
  if (path === undefined) throw new Error(`no root file system in the script:\n${script}`)
  return startDownload({ port, path, connections: DOWNLOADS })
}
