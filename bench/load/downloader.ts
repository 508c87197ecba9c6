import { connect } from 'node:net'
import { parentPort, Worker, workerData } from 'node:worker_threads'

/** What is downloaded, and how. */
export interface Download {
  readonly port: number
  readonly path: string
  readonly connections: number
}

/** Downloads in a thread of its own, so that it does not hold up what measures; the function ends it and gives the bytes. */
export function startDownload(what: Download): () => Promise<number> {
  const thread = new Worker(new URL(import.meta.url), { workerData: what })
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  thread.once('message', resolve).once('error', reject)
  return async () => {
    thread.postMessage('end')
    const bytes = await promise
    await thread.terminate()
    return bytes
  }
}

/** Takes one file again and again, as fast as it comes, over so many connections, until the signal aborts; gives the bytes. */
async function download(
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

if (parentPort) {
  const { port, path, connections } = workerData as Download
  const end = new AbortController()
  parentPort.once('message', () => end.abort())
  const bytes = await download(port, path, connections, end.signal)
  parentPort.postMessage(bytes)
}
