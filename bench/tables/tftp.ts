import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { TftpOption } from '../../src/codec/tftp/packet.ts'
import { cpuSeconds } from '../measure/processes.ts'
import { createSamples } from '../measure/samples.ts'
import type { Bench, BenchContext, Goal, Table } from '../measure/table.ts'
import { startDnsmasq } from '../peers/dnsmasq.ts'
import { startEdgebootTftp } from '../peers/edgeboot-tftp.ts'
import { versionOf } from '../peers/running.ts'
import { askOptions, type TftpPeer } from '../peers/tftp-peer.ts'
import { startTftpdHpa } from '../peers/tftpd-hpa.ts'

const MIB = 2 ** 20

/** What the client asks for. */
interface Wish {
  readonly name: string
  readonly options: readonly TftpOption[]
}

/** Clients at once, each of which fetches the file so many times, one after the other. */
interface Load {
  readonly name: string
  readonly clients: number
  readonly times: number
  readonly bytes: number
}

const BLOCKS: TftpOption = { name: 'blksize', value: '1468' }
const WISHES: readonly Wish[] = [
  { name: 'blksize 1468, windowsize 16', options: [BLOCKS, { name: 'windowsize', value: '16' }] },
  { name: 'blksize 1468', options: [BLOCKS] },
  { name: 'plain 512', options: [] },
]
const LOADS: readonly Load[] = [
  { name: '1 client, 1 MiB', clients: 1, times: 16, bytes: MIB },
  { name: '1 client, 32 MiB', clients: 1, times: 1, bytes: 32 * MIB },
  { name: '16 clients, 16 MiB', clients: 16, times: 1, bytes: 16 * MIB },
]
const QUICK_LOADS: readonly Load[] = [
  { name: '1 client, 1 MiB', clients: 1, times: 1, bytes: MIB },
  { name: '16 clients, 1 MiB', clients: 16, times: 1, bytes: MIB },
]
const FETCH_MS = 120_000
const run = promisify(execFile)

/** TFTP next to dnsmasq and tftpd-hpa. */
export const tftp: Bench = {
  name: 'tftp',
  async run(context) {
    const version = await versionOf('atftp', ['--version'], /atftp-(\S+)/)
    if (version === undefined) {
      context.note('left out: the client, atftp, is not installed')
      return []
    }
    context.uses('atftp', version)
    const loads = context.isQuick ? QUICK_LOADS : LOADS
    const folder = await writeFiles(context.folder, loads)
    await using started = new AsyncDisposableStack()
    const peers: TftpPeer[] = []
    for (const start of [startEdgebootTftp, startDnsmasq, startTftpdHpa]) {
      const peer = await start(folder, context)
      if (peer) peers.push(started.use(peer))
    }
    return await measure(context, folder, peers, loads)
  },
}

async function measure(
  { repetitions, folder, note }: BenchContext,
  files: string,
  peers: readonly TftpPeer[],
  loads: readonly Load[],
): Promise<readonly Table[]> {
  const acknowledged: string[] = []
  for (const peer of peers) {
    const names = (await askOptions(peer, fileOf(MIB), WISHES[0]?.options ?? [])).map(({ name }) => name)
    acknowledged.push(`${peer.name} ${names.join(' and ') || 'nothing'}`)
    for (const wish of WISHES) await checkBytes(peer, wish, files, join(folder, 'fetched'))
  }
  const throughput = createSamples()
  const cpu = createSamples()
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    note(`repetition ${repetition + 1} of ${repetitions}`)
    for (const wish of WISHES) {
      for (const load of loads) {
        const row = `${wish.name}; ${load.name}`
        for (const peer of peers) {
          const { mibPerSecond, cpuPerGib } = await fetchAll(peer, wish, load)
          throughput.add(row, peer.name, mibPerSecond)
          // It makes a process for each transfer, which is gone with its figures as soon as that is over.
          if (peer.name !== 'tftpd-hpa') cpu.add(row, peer.name, cpuPerGib)
        }
      }
    }
  }
  const rivals = peers.slice(1).map(({ name }) => name)
  const goals: readonly Goal[] = throughput
    .cells()
    .filter(({ column }) => rivals.includes(column))
    .map(({ row, column }) => ({ row, column: 'Edgeboot', dividedBy: column, atLeast: 1 }))
  const method = `Files from memory or the page cache to atftp, a process for each transfer, over loopback. Of blksize and windowsize acknowledged ${acknowledged.join(', ')}: what a server does not acknowledge it does not do, and it is measured with what it does. "1 MiB" is fetched over and over again, and starting the client counts; 16 clients begin at once.`
  return [
    { id: 'tftp', title: 'TFTP', method, unit: 'MiB/s', cells: throughput.cells(), goals },
    {
      id: 'tftp-cpu',
      title: 'TFTP, processor time',
      method:
        'Of the server in the same transfers. tftpd-hpa makes a process for each, which cannot be asked any more.',
      unit: 'CPU s/GiB',
      cells: cpu.cells(),
      goals: [],
    },
  ]
}

async function fetchAll(
  peer: TftpPeer,
  { options }: Wish,
  { clients, times, bytes }: Load,
): Promise<{ readonly mibPerSecond: number; readonly cpuPerGib: number }> {
  const cpuBefore = await cpuSeconds(peer.pid)
  const before = performance.now()
  const client = async (): Promise<void> => {
    for (let time = 0; time < times; time += 1) await fetchFile(peer, options, fileOf(bytes), '/dev/null')
  }
  await Promise.all(Array.from({ length: clients }, client))
  const seconds = (performance.now() - before) / 1000
  const mib = (clients * times * bytes) / MIB
  return {
    mibPerSecond: mib / seconds,
    cpuPerGib: ((await cpuSeconds(peer.pid)) - cpuBefore) / (mib / 1024),
  }
}

/** What is fast and wrong does not count. */
async function checkBytes(peer: TftpPeer, { options }: Wish, files: string, target: string): Promise<void> {
  const name = fileOf(MIB)
  await writeFile(target, '')
  await fetchFile(peer, options, name, target)
  if (!(await readFile(join(files, name))).equals(await readFile(target))) {
    throw new Error(`${peer.name} sent something other than ${name}`)
  }
}

async function fetchFile(
  { address, port }: TftpPeer,
  options: readonly TftpOption[],
  name: string,
  target: string,
): Promise<void> {
  const asked = options.flatMap((option) => ['--option', `${option.name} ${option.value}`])
  await run('atftp', ['--get', ...asked, '-r', name, '-l', target, address, String(port)], {
    timeout: FETCH_MS,
  })
}

/** A folder with a file of every size that is fetched. */
async function writeFiles(parent: string, loads: readonly Load[]): Promise<string> {
  const folder = join(parent, 'tftp')
  await mkdir(folder)
  for (const bytes of new Set([MIB, ...loads.map((load) => load.bytes)])) {
    await writeFile(join(folder, fileOf(bytes)), randomBytes(bytes))
  }
  return folder
}

function fileOf(bytes: number): string {
  return `${bytes / MIB}-mib.bin`
}
