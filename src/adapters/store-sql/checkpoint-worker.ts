import { constants, setPriority } from 'node:os'
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'

/** What is written meanwhile is left; as it is little, the next pass is short. */
const MAX_PASSES = 4

// On Linux a priority belongs to a thread. Elsewhere it would slow down the whole process.
if (process.platform === 'linux') setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL)

const database = new DatabaseSync(workerData as string)
database.exec('PRAGMA synchronous = NORMAL')
// Waits for nobody: neither readers nor the writer notice it (sqlite.org/c3ref/wal_checkpoint_v2.html).
const checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)')

parentPort?.on('message', () => {
  for (let pass = 0; pass < MAX_PASSES && !isComplete(checkpoint.get()); pass += 1);
  parentPort?.postMessage('done')
})

function isComplete(answer: Record<string, unknown> | undefined): boolean {
  return answer?.['busy'] === 1 || answer?.['log'] === answer?.['checkpointed']
}
