import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type MacAddress, parseMacAddress } from '../../src/domain/mac-address.ts'
import type { Simulation } from '../../src/domain/simulation/simulation.ts'
import { macAfter } from '../../src/services/simulate-fleet.ts'
import { runEdgeboot } from '../../test/support/edgeboot-process.ts'
import { standInIso } from '../../test/support/stand-in-iso.ts'
import { cpuSeconds, residentMib } from '../measure/processes.ts'
import { createSamples } from '../measure/samples.ts'
import type { Bench, BenchContext, Cell, Table } from '../measure/table.ts'
import { type BootFiles, keepBootFiles } from '../peers/boot-files.ts'
import { edgebootVersion, startEdgebootFleet } from '../peers/edgeboot.ts'
import { startNginxBoot } from '../peers/nginx-boot.ts'

const HOSTS = { full: 500, quick: 40 }
/** One process alone would be busier than the server. */
const CLIENTS = 2
const BREAK_OFF = '5%'
const ROW = {
  seconds: 'seconds',
  cpu: 'processor seconds',
  memory: 'resident MiB, at most',
  wait: 'p99 until the script, ms',
}
const NGINX = 'nginx'
const NGINX_2 = 'nginx, 2 workers'
const OURS = 'Edgeboot'
const LOOK_EVERY_MS = 500

/** Somebody who is asked for the same boot by the same simulated hosts. */
interface Contender {
  readonly name: string
  readonly url: string
  readonly pid: number
}

/** Hundreds of hosts are switched on at once. */
export const bootStorm: Bench = {
  name: 'boot-storm',
  async run(context) {
    const hosts = context.isQuick ? HOSTS.quick : HOSTS.full
    context.uses('Edgeboot', await edgebootVersion())
    // An installation is for once: each repetition is of machines that were not there before. The last asks for the files.
    const last = hosts * context.repetitions
    context.note(`starting Edgeboot with ${last + 1} hosts`)
    const folder = join(context.folder, 'boot-storm')
    const fleet = { folder: join(folder, 'edgeboot'), iso: await standInIso(), hosts: last + 1 }
    await using edgeboot = await startEdgebootFleet(fleet)
    const scriptUrl = edgeboot.scriptUrl(last)
    const files = await keepBootFiles(scriptUrl, join(folder, 'files'))
    await using stack = new AsyncDisposableStack()
    const contenders: Contender[] = [
      { name: OURS, url: new URL(scriptUrl).origin, pid: edgeboot.pid },
      ...(await startPeers(context, files, stack)),
    ]
    const samples = createSamples()
    for (let repetition = 0; repetition < context.repetitions; repetition += 1) {
      for (const contender of contenders) {
        const firstMac = macAfter(FIRST_MAC, repetition * hosts)
        const measured = await storm(contender, { firstMac, hosts })
        context.note(
          `${repetition + 1}: ${contender.name}: ${Object.entries(measured)
            .map(([what, value]) => `${value.toFixed(1)} ${what}`)
            .join(', ')}`,
        )
        for (const [row, value] of Object.entries(measured)) samples.add(row, contender.name, value)
      }
    }
    return tablesOf(samples.cells(), hosts)
  },
}

/** Of the fleet that `startEdgebootFleet` makes. */
const FIRST_MAC = parseMacAddress('52:54:00:00:00:00') as MacAddress

function tablesOf(cells: readonly Cell[], hosts: number): readonly Table[] {
  const told = (row: string): readonly Cell[] => cells.filter((cell) => cell.row === row)
  const method =
    `${hosts} simulated hosts (edgeboot simulate, ${CLIENTS} processes) begin at once and ask over loopback for script, kernel, initrd, root file ` +
    `system and configuration, and report three times; the connections of ${BREAK_OFF} break once, and they go on by range. Edgeboot serves a ` +
    'fleet: it knows each host, and counts, records and answers what belongs to it. nginx serves the same bytes as files, one script for all, ' +
    'and drops reports. An error of any host ends the measurement. Clients and server share the cores of the machine.'
  return [
    {
      id: 'boot-storm',
      title: `${hosts} hosts boot at once`,
      ...{ method, unit: 'seconds until the last is through' },
      cells: told(ROW.seconds).map((cell) => ({ ...cell, row: `${hosts} hosts` })),
      goals: [NGINX, NGINX_2].map((dividedBy) => ({
        ...{ row: `${hosts} hosts`, column: OURS, dividedBy, atMost: 1.05 },
      })),
    },
    {
      id: 'boot-storm-cost',
      title: `What ${hosts} hosts at once take`,
      method:
        'The same runs. Memory is that of the server’s process and its children, looked at twice a second.',
      unit: 'as in the row',
      cells: [...told(ROW.cpu), ...told(ROW.memory), ...told(ROW.wait)],
      goals: [],
    },
  ]
}

async function startPeers(
  context: BenchContext,
  files: BootFiles,
  stack: AsyncDisposableStack,
): Promise<readonly Contender[]> {
  const peers: Contender[] = []
  for (const workers of [1, 2]) {
    const nginx = await startNginxBoot({ context, files, workers })
    if (!nginx) continue
    stack.use(nginx)
    peers.push({ name: workers === 1 ? NGINX : NGINX_2, url: nginx.url, pid: nginx.pid })
  }
  return peers
}

/** All of these hosts at once. Rejects when one of them has got no installation. */
async function storm(
  { name, url, pid }: Contender,
  { firstMac, hosts }: { readonly firstMac: MacAddress; readonly hosts: number },
): Promise<Readonly<Record<string, number>>> {
  const before = await cpuSeconds(pid)
  const over = new AbortController()
  const memory = highestMemory(pid, over.signal)
  const each = hosts / CLIENTS
  const simulations = await Promise.all(
    Array.from({ length: CLIENTS }, async (_, client): Promise<Simulation> => {
      const { code, stdout, stderr } = await runEdgeboot([
        ...['--json', 'simulate', '--server-url', url, '--hosts', String(each)],
        ...['--break-off', BREAK_OFF, '--first-mac', macAfter(firstMac, client * each)],
      ])
      if (code !== 0)
        throw new Error(`${name}: hosts were not installed:\n${stderr.slice(-2000)}${stdout.slice(-2000)}`)
      return JSON.parse(stdout)
    }),
  ).finally(() => over.abort())
  for (const { waits, requests } of simulations) {
    const failed = Object.values(requests).reduce((sum, request) => sum + request.failed, 0)
    if (failed + waits > 0) throw new Error(`${name}: ${failed} requests failed, ${waits} were told to wait`)
  }
  return {
    [ROW.seconds]: Math.max(...simulations.map(({ wallMs }) => wallMs)) / 1000,
    [ROW.cpu]: (await cpuSeconds(pid)) - before,
    [ROW.memory]: await memory,
    [ROW.wait]: Math.max(...simulations.map(({ requests }) => requests.script?.firstByte.p99 ?? 0)),
  }
}

async function highestMemory(pid: number, signal: AbortSignal): Promise<number> {
  let highest = 0
  while (!signal.aborted) {
    highest = Math.max(highest, await residentMib(pid))
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined)
  }
  return highest
}
