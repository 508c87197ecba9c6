import { connect, type Socket } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'
import { machineFacts } from '../large-fleet.ts'

/** What one run of asking for scripts is to be; times in milliseconds. */
export interface ScriptLoad {
  readonly port: number
  /** How many hosts the fleet has. */
  readonly hosts: number
  /** Requests on their way at a time. */
  readonly parallel: number
  readonly durationMs: number
  /** So many requests a second, evenly; absent: as many as are answered. */
  readonly perSecond?: number
  /** iPXE has a connection for each request. */
  readonly connections: 'one-each' | 'kept'
  /** Hosts ask in the order of a walk that begins here. */
  readonly seed: number
}

export interface ScriptLoadResult {
  readonly perSecond: number
  /** Of each answered request, from the connection (or the request, where one is kept) to the last byte. */
  readonly latenciesMs: readonly number[]
  /** First lines of answers, with how many there were of each. */
  readonly answers: Readonly<Record<string, number>>
}

/** A prime, so that a walk in steps of it meets every host. */
const STRIDE = 7919

/** Asks as hosts do, each from an address of its own: the listener counts what one address asks. */
export async function loadScripts(load: ScriptLoad): Promise<ScriptLoadResult> {
  const latenciesMs: number[] = []
  const answers = new Map<string, number>()
  const began = performance.now()
  const until = began + load.durationMs
  let asked = 0
  await Promise.all(Array.from({ length: load.parallel }, () => ask()))
  const seconds = (performance.now() - began) / 1000
  return { perSecond: latenciesMs.length / seconds, latenciesMs, answers: Object.fromEntries(answers) }

  async function ask(): Promise<void> {
    let kept: Socket | undefined
    while (performance.now() < until) {
      const number = asked
      asked += 1
      if (load.perSecond !== undefined) await pauseUntil(began + (number * 1000) / load.perSecond)
      const host = (load.seed + number * STRIDE) % load.hosts
      const start = performance.now()
      const socket: Socket = kept ?? connectFrom(host, load.port)
      const isKept = load.connections === 'kept'
      const status = await request(socket, host, isKept)
      latenciesMs.push(performance.now() - start)
      answers.set(status, (answers.get(status) ?? 0) + 1)
      kept = isKept ? socket : undefined
    }
    kept?.destroy()
  }
}

function connectFrom(host: number, port: number): Socket {
  const localAddress = `127.1.${host >> 8}.${(host & 255) === 0 ? 254 : host & 255}`
  return connect({ host: '127.0.0.1', port, localAddress, noDelay: true })
}

function request(socket: Socket, host: number, isKept: boolean): Promise<string> {
  const { mac, serial } = machineFacts(host)
  const query = `mac=${mac.replaceAll(':', '%3A')}&uuid=4c4c4544-0000-1000-8000-${host.toString(16).padStart(12, '0')}&serial=${serial}&manufacturer=Bench&product=Machine&platform=pcbios&buildarch=i386`
  socket.write(
    `GET /ipxe?${query} HTTP/1.1\r\nConnection: ${isKept ? 'keep-alive' : 'close'}\r\nUser-Agent: iPXE/1.21.1\r\nHost: 127.0.0.1\r\n\r\n`,
  )
  return new Promise((resolve, reject) => {
    let text = ''
    const settle = (): void => {
      socket.removeAllListeners()
      socket.on('error', () => undefined)
      if (!isKept) socket.destroy()
    }
    const take = (data: Buffer): void => {
      text += data.toString('latin1')
      const end = text.indexOf('\r\n\r\n')
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? Number.NaN)
      if (end < 0 || text.length < end + 4 + length) return
      settle()
      resolve(text.slice(0, text.indexOf('\r\n')))
    }
    const fail = (error?: Error): void => {
      settle()
      reject(error ?? new Error('the connection ended before the answer'))
    }
    socket
      .on('data', take)
      .once('error', fail)
      .once('close', () => fail())
  })
}

async function pauseUntil(time: number): Promise<void> {
  const left = time - performance.now()
  if (left > 0) await new Promise((resolve) => setTimeout(resolve, left))
}

/** Takes one file again and again, as fast as it comes, over so many connections, until the signal aborts; gives the bytes. */
export async function download(
  port: number,
  path: string,
  connections: number,
  signal: AbortSignal,
): Promise<number> {
  let bytes = 0
  await Promise.all(
    Array.from({ length: connections }, async (_, at) => {
      while (!signal.aborted) bytes += await downloadOnce(port, path, `127.2.0.${at + 1}`, signal)
    }),
  )
  return bytes
}

function downloadOnce(
  port: number,
  path: string,
  localAddress: string,
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    let bytes = 0
    const buffer = Buffer.allocUnsafe(256 * 1024)
    const socket = connect({
      ...{ host: '127.0.0.1', port, localAddress },
      onread: {
        buffer,
        callback: (count) => {
          bytes += count
          return true
        },
      },
    })
    const stop = (): void => void socket.destroy()
    signal.addEventListener('abort', stop, { once: true })
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`)
    socket.once('error', (error) => (signal.aborted ? undefined : reject(error)))
    socket.once('close', () => {
      signal.removeEventListener('abort', stop)
      resolve(bytes)
    })
  })
}

// As a thread: what downloads does not hold up what measures.
if (parentPort) {
  const { port, path, connections } = workerData as { port: number; path: string; connections: number }
  const end = new AbortController()
  parentPort.once('message', () => end.abort())
  const bytes = await download(port, path, connections, end.signal)
  parentPort.postMessage(bytes)
}
