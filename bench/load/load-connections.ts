import { createHash, type Hash } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { CIPHER } from '../peers/certificate.ts'
import type { Download } from '../peers/file-server.ts'
import { readHead } from './answer-head.ts'
import type { LoadPlan, LoadReport } from './load.ts'

/**
 * What Node.js reads at a time by itself, and programs that download about as well. Node.js reads on only from a connection
 * that filled what it read into: with more than the first window of a connection (64 KiB) those that begin while the client is busy
 * keep that window, get a tenth of what others do, and a server looks unfair that is not.
 */
export const READ_BYTES = 64 * 1024

/** All connections read into the same memory, so that the client costs little: its bytes are counted and forgotten. */
const shared = Buffer.allocUnsafe(READ_BYTES)
/** A server that sends nothing for so long has stopped. */
const SILENCE_MS = 60_000
/**
 * Python lets five connections wait to be accepted, and the kernel then drops what comes, also of those that seem established: they
 * are opened again, as installers do, until there is the first byte of an answer.
 */
const FIRST_BYTE = { withinMs: 3_000, tries: 60 } as const

/** Carries out the whole plan. Rejects with the first answer that was not what was expected. */
export async function runPlan(plan: LoadPlan): Promise<LoadReport> {
  const { downloads, times = 1, forMs } = plan
  const cpu = process.cpuUsage()
  const startedAt = Date.now()
  const start = performance.now()
  const over = new AbortController()
  const timer = forMs === undefined ? undefined : setTimeout(() => over.abort(), forMs)
  let bytes = 0
  const digests: string[] = []

  const durationsMs = await Promise.all(
    downloads.map(async (download, index) => {
      const begun = performance.now()
      for (let time = 0; !over.signal.aborted && (forMs !== undefined || time < times); time += 1) {
        const hash = plan.digests ? createHash('sha256') : undefined
        const came = await fetchPatiently(download, { hash, authority: plan.authority, signal: over.signal })
        bytes += came
        if (hash) digests[index] = hash.digest('hex')
      }
      return performance.now() - begun
    }),
  )

  clearTimeout(timer)
  const { user, system } = process.cpuUsage(cpu)
  return {
    startedAt,
    endedAt: startedAt + performance.now() - start,
    bytes,
    durationsMs,
    sha256: digests,
    cpuSeconds: (user + system) / 1e6,
  }
}

interface FetchOptions {
  readonly hash: Hash | undefined
  readonly authority: string | undefined
  /** Breaks it off without an error. */
  readonly signal: AbortSignal
}

async function fetchPatiently(download: Download, options: FetchOptions): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    const bytes = await fetchOne(download, options, tries === FIRST_BYTE.tries)
    if (bytes !== undefined) return bytes
  }
}

/**
 * One answer to its end: status, length and every byte counted. Resolves with how many came; with nothing when it did not
 * begin, unless this is the last try.
 */
function fetchOne(
  download: Download,
  { hash, authority, signal }: FetchOptions,
  isLastTry: boolean,
): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
  const url = new URL(download.url)
  const wanted = { status: download.from === undefined ? 200 : 206, bytes: download.bytes }
  let head = ''
  let isInBody = false
  let bytes = 0

  const fail = (what: string): boolean => {
    if (head === '' && !isLastTry) resolve(undefined)
    else reject(new Error(`${download.url} from ${download.from ?? 0}: ${what}`))
    socket.destroy()
    return false
  }
  const count = (piece: Buffer): boolean => {
    hash?.update(piece)
    bytes += piece.length
    if (bytes > wanted.bytes) return fail(`more than the ${wanted.bytes} bytes that were announced`)
    if (bytes === wanted.bytes) {
      resolve(bytes)
      socket.destroy()
    }
    return true
  }
  const take = (piece: Buffer): boolean => {
    if (isInBody) return count(piece)
    if (head === '') socket.setTimeout(SILENCE_MS)
    head += piece.toString('latin1')
    const read = readHead(head, wanted)
    if (read.kind === 'partial') return true
    if (read.kind === 'wrong') return fail(read.reason)
    isInBody = true
    return count(Buffer.from(head.slice(read.bodyAt), 'latin1'))
  }

  const socket = open(url, authority, take, () => socket.write(requestOf(url, download)))
  const breakOff = (): void => {
    resolve(bytes)
    socket.destroy()
  }
  signal.addEventListener('abort', breakOff, { once: true })
  socket.setTimeout(FIRST_BYTE.withinMs)
  socket.on('timeout', () => fail(`nothing came for too long, after ${bytes} bytes`))
  socket.on('error', (error) => fail(error.message))
  socket.on('close', () => {
    signal.removeEventListener('abort', breakOff)
    fail(`the connection ended after ${bytes} of ${wanted.bytes} bytes`)
  })
  return promise
}

function open(
  { protocol, hostname, port }: URL,
  authority: string | undefined,
  take: (piece: Buffer) => boolean,
  connected: () => void,
): Socket {
  const onread = { buffer: shared, callback: (length: number) => take(shared.subarray(0, length)) }
  const where = { host: hostname, port: Number(port), onread }
  if (protocol === 'http:') return connect(where, connected)
  return connectTls(
    {
      ...where,
      ...(authority === undefined ? {} : { ca: authority }),
      ciphers: CIPHER,
      minVersion: 'TLSv1.3',
    },
    connected,
  )
}

function requestOf({ host, pathname, search }: URL, { from, bytes }: Download): string {
  const range = from === undefined ? '' : `Range: bytes=${from}-${from + bytes - 1}\r\n`
  return `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\n${range}Connection: close\r\n\r\n`
}
