import { availableParallelism } from 'node:os'
import { setImmediate as breathe } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { Failure } from '../../domain/failure.ts'
import type { UserDataReader, UserDataReading } from '../../ports/user-data-reader.ts'
import { type ReadJob, type ReadReply, readUserData } from './read-job.ts'

/** Starting a thread takes as long as reading about so many documents. */
const FEW = 500
/** Read in one go on the main thread; a few milliseconds. */
const FEW_AT_A_TIME = 20
/** Handed to a thread in one go: large enough to cost nothing, small enough for threads to end together. */
const MANY_AT_A_TIME = 200
/** More threads than these wait for the main thread, which packs and unpacks for them. */
const MAX_THREADS = 4

/** Reads a few documents where it is, and many in threads that end when they are done. Failure `internal` for a lost thread. */
export function createUserDataReader({ few = FEW }: { readonly few?: number } = {}): UserDataReader {
  return {
    read: (texts, signal, { isUrgent } = { isUrgent: true }) =>
      texts.length <= few
        ? readHere(texts, signal)
        : readInThreads(texts, signal, isUrgent ? Math.min(availableParallelism(), MAX_THREADS) : 1),
  }
}

async function readHere(texts: readonly string[], signal: AbortSignal): Promise<readonly UserDataReading[]> {
  const readings: UserDataReading[] = []
  for (const [at, text] of texts.entries()) {
    if (at % FEW_AT_A_TIME === FEW_AT_A_TIME - 1) await breathe()
    signal.throwIfAborted()
    readings.push(readUserData(text))
  }
  return readings
}

async function readInThreads(
  texts: readonly string[],
  signal: AbortSignal,
  most: number,
): Promise<readonly UserDataReading[]> {
  signal.throwIfAborted()
  const size = MANY_AT_A_TIME
  const pieces = Math.ceil(texts.length / size)
  const count = Math.min(most, pieces)
  const threads = Array.from({ length: count }, (_, at) => {
    return new Worker(workerUrl(), { name: `edgeboot-user-data-${at}` })
  })
  const readings = new Map<number, readonly UserDataReading[]>()
  let next = 0
  const jobFor = (thread: Worker): void => {
    if (next >= texts.length) return
    thread.postMessage({ at: next, texts: texts.slice(next, next + size) } satisfies ReadJob)
    next += size
  }
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const lose = (cause?: unknown): void =>
    reject(new Failure('internal', 'a thread that reads user-data stopped unexpectedly', {}, cause))
  const abort = (): void => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    for (const thread of threads) {
      thread.on('error', lose)
      thread.on('exit', () => lose())
      thread.on('message', (reply: ReadReply) => {
        readings.set(reply.at, reply.readings)
        if (readings.size === pieces) resolve()
        else jobFor(thread)
      })
      jobFor(thread)
    }
    await promise
  } finally {
    signal.removeEventListener('abort', abort)
    await Promise.all(threads.map((thread) => thread.terminate()))
  }
  return Array.from({ length: pieces }, (_, at) => readings.get(at * size) ?? []).flat()
}

/** The worker lies beside this file: `.ts` in a checkout, `.js` where it was compiled. */
function workerUrl(): URL {
  return import.meta.url.endsWith('.ts')
    ? new URL('./read-worker.ts', import.meta.url)
    : new URL('./read-worker.js', import.meta.url)
}
