import { Worker } from 'node:worker_threads'
import { Failure } from '../../domain/failure.ts'
import type { Digester } from '../../ports/digester.ts'
import type { DigestJob, DigestReply } from './digest-job.ts'

interface Pending {
  readonly resolve: (sha256: string) => void
  readonly reject: (reason: unknown) => void
}

/**
 * Digests in one worker thread of low priority, one after the other: a disk read from one end to the other is
 * faster than one read in two places. The thread starts with the first job and does not keep the process alive.
 * Failure `blob.not-found` or `blob.unreadable` besides those of the port; `interrupted` when it was closed.
 */
export function createDigester(): Digester {
  const pending = new Map<number, Pending>()
  let worker: Worker | undefined
  let lastId = 0
  let closed = false

  const settle = (reply: DigestReply): void => {
    const job = pending.get(reply.id)
    pending.delete(reply.id)
    if (pending.size === 0) worker?.unref()
    if (reply.kind === 'digest') job?.resolve(reply.sha256)
    else if (reply.kind === 'failed') job?.reject(new Failure(reply.code, reply.message))
  }

  const failAll = (failure: Failure): void => {
    const jobs = [...pending.values()]
    pending.clear()
    for (const job of jobs) job.reject(failure)
  }

  const startWorker = (): Worker => {
    const started = new Worker(workerUrl(), { name: 'edgeboot-digest' })
    const lose = (cause?: unknown): void => {
      if (worker !== started) return
      worker = undefined
      failAll(new Failure('blob.unreadable', 'the digest thread stopped unexpectedly', {}, cause))
    }
    started.on('message', settle)
    started.on('error', lose)
    started.on('exit', () => lose())
    return started
  }

  return {
    async sha256(identity, extents, signal) {
      signal.throwIfAborted()
      if (closed) throw interrupted()
      worker ??= startWorker()
      worker.ref()
      const id = ++lastId
      const cancelled = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
      const cancel = () => {
        Atomics.store(new Int32Array(cancelled), 0, 1)
        pending.get(id)?.reject(signal.reason)
      }
      signal.addEventListener('abort', cancel, { once: true })
      try {
        return await new Promise<string>((resolve, reject) => {
          pending.set(id, { resolve, reject })
          worker?.postMessage({ id, identity, extents, cancelled } satisfies DigestJob)
        })
      } finally {
        signal.removeEventListener('abort', cancel)
      }
    },
    async [Symbol.asyncDispose]() {
      closed = true
      const stopping = worker
      worker = undefined
      failAll(interrupted())
      await stopping?.terminate()
    },
  }
}

function interrupted(): Failure {
  return new Failure('interrupted', 'computing digests was stopped; it goes on at the next start')
}

/** The worker lies beside this file: `.ts` in a checkout, `.js` where it was compiled. */
function workerUrl(): URL {
  return import.meta.url.endsWith('.ts')
    ? new URL('./digest-worker.ts', import.meta.url)
    : new URL('./digest-worker.js', import.meta.url)
}
