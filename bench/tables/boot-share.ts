import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RecordedEvent } from '../../src/domain/event.ts'
import { runEdgeboot, startEdgeboot } from '../../test/support/edgeboot-process.ts'
import { standInIso } from '../../test/support/stand-in-iso.ts'
import { ownCpuSeconds } from '../measure/processes.ts'
import { createSamples, type Samples } from '../measure/samples.ts'
import type { Bench } from '../measure/table.ts'

const LOOK_EVERY_MS = 100
const HOST = 'edge-1'
const ROW = 'one host'
const USER_DATA = '#cloud-config\nstylus:\n  managementMode: local\ninstall:\n  poweroff: true\n'
const MACHINE = ['--cpus', '1', '--memory', '1536MiB', '--disk', '10GiB', '--timeout', '14m']

/** In the log when the installer has told that it begins. */
const NEWS_TAKEN = /"method":"POST".*"status":204/

/** One real machine from power-on until its installer runs: how much of that is ours. */
export const bootShare: Bench = {
  name: 'boot-share',
  async run(context) {
    const iso = await standInIso()
    const samples = createSamples()
    const boots = context.isQuick ? 1 : Math.min(3, context.repetitions)
    for (let boot = 1; boot <= boots; boot += 1) {
      context.note(`boot ${boot} of ${boots}`)
      await measureBoot(iso, mkdtempSync(join(context.folder, 'boot-')), samples)
    }
    return [
      {
        id: 'boot-share',
        title: 'Our own share of a real boot',
        method:
          'edgeboot up with one QEMU machine (emulated, BIOS) and the stand-in installer. What is ours is an upper bound: all processor time of Edgeboot between ' +
          'power-on and the first word of the installer, whatever it was spent on, and for every script and configuration the whole time from its request to its ' +
          'answer. Downloads beyond that take as long as the machine takes.',
        unit: 'ms',
        cells: samples.cells(),
        goals: [{ row: ROW, column: 'share of ours, %', atMost: 3 }],
      },
    ]
  },
}

async function measureBoot(iso: string, directory: string, samples: Samples): Promise<void> {
  const dataDirectory = join(directory, 'data')
  const userData = join(directory, 'user-data.yaml')
  writeFileSync(userData, USER_DATA)
  const place = ['--data-dir', dataDirectory, '--json']
  const begun = Date.now()
  const up = startEdgeboot(
    [...place, '--log-level', 'info', 'up', iso, '--user-data', userData, '--boot-port', '0', ...MACHINE],
    { HOME: directory },
  )
  const stopper = new AbortController()
  const used = watchProcessor(up.child.pid ?? 0, stopper.signal)
  try {
    await up.line(NEWS_TAKEN)
    stopper.abort()
    const looks = await used
    await up.kill()
    const { stderr } = await up.finished
    const { stdout } = await runEdgeboot([...place, 'host', 'show', HOST])
    const events: readonly RecordedEvent[] = JSON.parse(stdout).events
    const powered = timeOf(events, ({ type }) => type === 'machine.power')
    const installs = timeOf(events, ({ type }) => type === 'host.stage')
    const processorMs = (usedAt(looks, installs) - usedAt(looks, powered)) * 1000
    const answersMs = answerTimes(stderr, powered, installs)
    const add = (column: string, value: number) => samples.add(ROW, column, value)
    add('before power-on', powered - begun)
    add('power-on to installer', installs - powered)
    add('scripts and configuration answered', answersMs)
    add('processor time of Edgeboot', processorMs)
    add('share of ours, %', ((answersMs + processorMs) / (installs - powered)) * 100)
  } finally {
    stopper.abort()
    await up.kill()
    await runEdgeboot(['--data-dir', dataDirectory, 'host', 'delete', HOST, '--yes'])
  }
}

function timeOf(events: readonly RecordedEvent[], isIt: (event: RecordedEvent) => boolean): number {
  const found = events.find(isIt)
  if (!found) throw new Error('the host has no such event')
  return found.time
}

interface Look {
  readonly atMs: number
  readonly seconds: number
}

async function watchProcessor(pid: number, signal: AbortSignal): Promise<readonly Look[]> {
  const looks: Look[] = []
  while (!signal.aborted) {
    looks.push({ atMs: Date.now(), seconds: await ownCpuSeconds(pid) })
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined)
  }
  return looks
}

/** Processor seconds used by then. */
function usedAt(looks: readonly Look[], atMs: number): number {
  return looks.findLast((look) => look.atMs <= atMs)?.seconds ?? 0
}

/** Milliseconds for all answers that are no downloads, from the log. */
function answerTimes(log: string, fromMs: number, toMs: number): number {
  let total = 0
  for (const line of log.split('\n')) {
    if (!line.startsWith('{')) continue
    const { time, msg, path = '', ms = 0 } = JSON.parse(line)
    const at = new Date(time).getTime()
    if (msg === 'answered' && !path.startsWith('/b/') && at >= fromMs && at <= toMs) total += ms
  }
  return total
}
