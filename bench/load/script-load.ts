import { connect, type Socket } from 'node:net'
import { machineFacts } from '../large-fleet.ts'

/** What one run of asking for scripts is to be; times in milliseconds. */
export interface ScriptLoad {
  readonly port: number
  /** Hosts that ask, by their places in the fleet; in this order, again and again. */
  readonly hosts: readonly number[]
  /** Requests on their way at a time. */
  readonly parallel: number
  readonly durationMs: number
  /** So many requests a second, evenly; absent: as many as are answered. */
  readonly perSecond?: number
  /** iPXE has a connection for each request; on one that is kept the same host asks each time. */
  readonly connections: 'one-each' | 'kept'
}

export interface ScriptLoadResult {
  readonly perSecond: number
  /** Of each answered request, from the connection (or the request, where one is kept) to the last byte. */
  readonly latenciesMs: readonly number[]
  /** First lines of answers, with how many there were of each. */
  readonly answers: Readonly<Record<string, number>>
}

interface Answer {
  /** Its first line. */
  readonly status: string
  readonly text: string
}

/** Asks as hosts do, each from an address of its own: the listener counts what one address asks. */
export async function loadScripts(load: ScriptLoad): Promise<ScriptLoadResult> {
  const latenciesMs: number[] = []
  const answers = new Map<string, number>()
  const began = performance.now()
  const until = began + load.durationMs
  let asked = 0
  await Promise.all(Array.from({ length: load.parallel }, (_, at) => ask(at)))
  const seconds = (performance.now() - began) / 1000
  return { perSecond: latenciesMs.length / seconds, latenciesMs, answers: Object.fromEntries(answers) }

  async function ask(at: number): Promise<void> {
    let kept: Socket | undefined
    while (performance.now() < until) {
      const number = asked
      asked += 1
      if (load.perSecond !== undefined) await pauseUntil(began + (number * 1000) / load.perSecond)
      const isKept = load.connections === 'kept'
      const host = load.hosts[(isKept ? at : number) % load.hosts.length] ?? 0
      const start = performance.now()
      const socket: Socket = kept ?? connectFrom(host, load.port)
      const { status } = await request(socket, host, isKept)
      latenciesMs.push(performance.now() - start)
      answers.set(status, (answers.get(status) ?? 0) + 1)
      kept = isKept ? socket : undefined
    }
    kept?.destroy()
  }
}

/** The script that a host gets, with the head of the answer. */
export async function askOnce(port: number, host: number): Promise<string> {
  return (await request(connectFrom(host, port), host, false)).text
}

function connectFrom(host: number, port: number): Socket {
  const localAddress = `127.1.${host >> 8}.${(host & 255) === 0 ? 254 : host & 255}`
  return connect({ host: '127.0.0.1', port, localAddress, noDelay: true })
}

function request(socket: Socket, host: number, isKept: boolean): Promise<Answer> {
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
      resolve({ status: text.slice(0, text.indexOf('\r\n')), text })
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
