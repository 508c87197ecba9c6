import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterAll, beforeAll, test } from 'vitest'

const run = promisify(execFile)
const MIB = 1024 * 1024
const EXTENT_MIB = 256
const CONNECTIONS = 16
const GIB_PER_RUN = (EXTENT_MIB * CONNECTIONS) / 1024
const ITERATIONS = 3

interface Contender {
  readonly process: ChildProcess
  readonly url: string
}

let folder = ''
let iso = ''
const running: ChildProcess[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'edgeboot-bench-'))
  iso = join(folder, 'palette.squashfs')
  await using file = await open(iso, 'w')
  for (let at = 0; at < EXTENT_MIB; at += 16) await file.write(randomBytes(16 * MIB))
})

afterAll(async () => {
  for (const child of running) child.kill()
  await rm(folder, { recursive: true, force: true })
})

/** Starts a server in a process of its own and waits for the line in which it says its port. */
async function start(command: string, args: readonly string[], path: string): Promise<Contender> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  running.push(child)
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /(?:^|port )(\d+)/.exec(line)?.[1]
    if (port !== undefined) return { process: child, url: `http://127.0.0.1:${port}${path}` }
  }
  throw new Error(`${command} ended before it listened`)
}

function startOurs(kind: 'edgeboot' | 'stream'): Promise<Contender> {
  const script = join(import.meta.dirname, 'http-serving-server.ts')
  const extent = [iso, '0', String(EXTENT_MIB * MIB)]
  return start(process.execPath, [script, kind, ...extent], '/palette.squashfs')
}

/** All connections at once, each the whole extent, in one client process. */
async function download({ url }: Contender): Promise<void> {
  const targets = Array.from({ length: CONNECTIONS }, () => ['-o', '/dev/null', url]).flat()
  const parallel = ['--parallel', '--parallel-immediate', '--parallel-max', String(CONNECTIONS)]
  await run('curl', ['-sSf', '--no-progress-meter', '--max-time', '120', ...parallel, ...targets])
}

/** Processor seconds the process used so far: utime and stime of proc(5), in ticks of 10 ms. */
async function cpuSeconds({ process: { pid } }: Contender): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

test(`${EXTENT_MIB} MiB to each of ${CONNECTIONS} connections`, { timeout: 600_000 }, async ({ bench }) => {
  const contenders = {
    edgeboot: await startOurs('edgeboot'),
    'Node, createReadStream piped': await startOurs('stream'),
    'python3 -m http.server': await start(
      'python3',
      ['-u', '-m', 'http.server', '0', '--bind', '127.0.0.1', '--directory', folder],
      '/palette.squashfs',
    ),
  }
  const cpu: Record<string, number> = {}
  const wall: Record<string, number> = {}

  for (const [name, contender] of Object.entries(contenders)) {
    await download(contender)
    const before = await cpuSeconds(contender)
    const limits = { iterations: ITERATIONS, time: 0, warmup: false }
    const result = await bench(name, () => download(contender)).run(limits)
    cpu[name] = (await cpuSeconds(contender)) - before
    wall[name] = result.latency.mean
    cpu[name] = cpu[name] / (result.latency.samplesCount * GIB_PER_RUN)
  }

  for (const name of Object.keys(contenders)) {
    const speed = (GIB_PER_RUN / ((wall[name] ?? 0) / 1000)).toFixed(2)
    const work = cpu[name]?.toFixed(2)
    const ratio = ((cpu[name] ?? 0) / (cpu['edgeboot'] ?? 1)).toFixed(2)
    console.log(`${name}: ${speed} GiB/s, ${work} CPU seconds per GiB, ${ratio} times ours`)
  }
})
