import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { standInIso } from '../../test/support/stand-in-iso.ts'
import { HOSTS } from '../large-fleet.ts'
import { prepareFleet, serveFleet } from '../load/served-fleet.ts'
import { cpuSeconds } from '../measure/processes.ts'
import type { Bench, Cell } from '../measure/table.ts'

const LAUNCHER = fileURLToPath(new URL('../../edgeboot', import.meta.url))
const FLEET_WHEN_QUICK = 200
const HELP = 'edgeboot --help'
const EMPTY = 'edgeboot serve, empty data directory'

interface Times {
  readonly wall: number
  readonly cpu: number
}

/** How long the program takes until it does what it was started for. */
export const startBench: Bench = {
  name: 'start',
  async run({ folder, isQuick, repetitions }) {
    const hosts = isQuick ? FLEET_WHEN_QUICK : HOSTS
    const full = `edgeboot serve, ${hosts} hosts`
    // Its own: what other benchmarks left in theirs is years of history.
    const own = join(folder, 'start')
    await mkdir(own, { recursive: true })
    const fleet = await prepareFleet(own, await standInIso(), hosts)
    // The first run of all keeps what Node.js has compiled.
    await timeHelp()
    const samples = new Map<string, { readonly wall: number[]; readonly cpu: number[] }>(
      [HELP, EMPTY, full].map((row) => [row, { wall: [], cpu: [] }]),
    )
    for (let run = 0; run < repetitions; run += 1) {
      keep(HELP, await timeHelp())
      keep(EMPTY, await timeServe(await mkdtemp(join(folder, 'empty-'))))
      keep(full, await timeServe(fleet))
    }
    const cells = [...samples].flatMap(([row, { wall, cpu }]): readonly Cell[] => [
      { row, column: 'until it is there', samples: wall },
      { row, column: 'processor time', samples: cpu },
    ])
    return [
      {
        id: 'start',
        title: 'Start',
        method:
          'From the start of the process until it has ended with the whole text (--help, by the launcher script of the ' +
          'checkout), or has said on standard error that it serves (serve). Node.js has kept what it has compiled, as after ' +
          'the first run; files are in the page cache. Processor time is that of user and system until then.',
        unit: 'ms',
        cells,
        goals: [
          { row: HELP, column: 'until it is there', atMost: 120 },
          { row: EMPTY, column: 'until it is there', atMost: 1000 },
          { row: full, column: 'until it is there', atMost: 1000 },
        ],
      },
    ]

    function keep(row: string, { wall, cpu }: Times): void {
      samples.get(row)?.wall.push(wall)
      samples.get(row)?.cpu.push(cpu)
    }
  },
}

async function timeHelp(): Promise<Times> {
  const [cpu, began] = [await cpuOfEndedChildren(), performance.now()]
  const child = spawn(LAUNCHER, ['--help'], { stdio: ['ignore', 'pipe', 'inherit'] })
  child.stdout.resume()
  const [code] = await once(child, 'close')
  const wall = performance.now() - began
  if (code !== 0) throw new Error(`edgeboot --help ended with ${code}`)
  return { wall, cpu: (await cpuOfEndedChildren()) - cpu }
}

async function timeServe(dataDirectory: string): Promise<Times> {
  await using server = await serveFleet(dataDirectory)
  return { wall: server.readyMs, cpu: (await cpuSeconds(server.pid)) * 1000 }
}

/** Milliseconds of the processor that children of ours used which have ended: cutime and cstime of proc(5), in ticks of 10 ms. */
async function cpuOfEndedChildren(): Promise<number> {
  const fields = (await readFile('/proc/self/stat', 'utf8')).replace(/^.*\) /, '').split(' ')
  return (Number(fields[13]) + Number(fields[14])) * 10
}
