import { parentPort } from 'node:worker_threads'
import { type ReadJob, type ReadReply, readUserData } from './read-job.ts'

parentPort?.on('message', ({ at, texts }: ReadJob) => {
  parentPort?.postMessage({ at, readings: texts.map(readUserData) } satisfies ReadReply)
})
