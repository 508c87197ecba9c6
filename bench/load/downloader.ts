import { connect } from 'node:net'
import { constants, setPriority } from 'node:os'
import { parentPort, Worker, workerData } from 'node:worker_threads'
import { READ_BYTES } from './load-connections.ts'

/** What is downloaded, and how. */
export interface Download {
  readonly port: number
  readonly path: string
  readonly connections: number
}

/**
 * Downloads in a thread of its own and of low priority, so that it does not hold up what measures. Resolves when bytes come
 * over every connection, as starting a thread holds up the one that starts it. The function ends it and gives the bytes.
 */
export async function startDownload(what: Download): Promise<() => Promise<number>> {
  const thread = new Worker(new URL(import.meta.url), { workerData: what })
  const failed = new Promise<never>((_, reject) => void thread.once('error', reject))
  // Whoever asks next is told.
  failed.catch(() => undefined)
  const next = (): Promise<unknown> =>
    Promise.race([failed, new Promise((resolve) => void thread.once('message', resolve))])
  await next()
  return async () => {
    const bytes = next()
    thread.postMessage('end')
    try {
      return Number(await bytes)
    } finally {
      await thread.terminate()
    }
  }
}

/** Takes one file again and again, as fast as it comes, over so many connections, until the signal aborts; gives the bytes. */
async function download(
  port: number,
  path: string,
  connections: number,
  { allBegan, signal }: { readonly allBegan: () => void; readonly signal: AbortSignal },
): Promise<number> {
  let bytes = 0
  const begun = new Set<number>()
  await Promise.all(
    Array.from({ length: connections }, async (_, at) => {
      const began = (): void => {
        if (begun.size < connections && begun.add(at).size === connections) allBegan()
      }
      while (!signal.aborted) {
        const came = await downloadOnce(port, path, `127.2.0.${at + 1}`, { began, signal })
        bytes += came
      }
    }),
  )
  return bytes
}

function downloadOnce(
  port: number,
  path: string,
  localAddress: string,
  { began, signal }: { readonly began: () => void; readonly signal: AbortSignal },
): Promise<number> {
  return new Promise((resolve, reject) => {
    let bytes = 0
    const buffer = Buffer.allocUnsafe(READ_BYTES)
    const socket = connect({
      ...{ host: '127.0.0.1', port, localAddress },
      onread: {
        buffer,
        callback: (count) => {
          if (bytes === 0) began()
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

if (parentPort) {
  // Hosts that download are other machines in life: here they get the time that the server and whoever measures leave. On
  // Linux a priority belongs to a thread.
  setPriority(0, constants.priority.PRIORITY_LOW)
  const { port, path, connections } = workerData as Download
  const end = new AbortController()
  parentPort.once('message', () => end.abort())
  const allBegan = (): void => parentPort?.postMessage('all began')
  const bytes = await download(port, path, connections, { allBegan, signal: end.signal })
  parentPort.postMessage(bytes)
}
