import type { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'

/** How often it is looked whether there is anything to do. */
const LOOK_EVERY_MS = 1000
/** Rows written, at least, for which it is worth it: a few megabytes of the write-ahead log. */
const MIN_ROWS = 500
/** The log may grow to so many pages of 4 KiB before the connection that writes does it itself after all. */
const PAGES_AT_MOST = 16_384
/** SQLite's own value. */
const USUAL_PAGES = 1000
/** It only ever runs one statement. */
const WORKER_MEMORY = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 }

/**
 * Has another thread write the write-ahead log back into the database file. SQLite does that within the write that fills the
 * log, and waits for the disk: for a few milliseconds as a rule, now and then for a hundred or more, in which hosts would get
 * no answer. The thread is started when there is much to write for the first time; when it is lost SQLite goes on by itself.
 * To be disposed before the database is closed.
 */
export function checkpointAside(database: DatabaseSync, path: string): AsyncDisposable {
  database.exec(`PRAGMA wal_autocheckpoint = ${PAGES_AT_MOST}`)
  const rowsWritten = database.prepare('SELECT total_changes() AS rows')
  let rowsBefore = 0
  let isUnderWay = false
  let worker: Worker | undefined

  const start = (): Worker => {
    const started = new Worker(workerUrl(), {
      name: 'edgeboot-checkpoint',
      workerData: path,
      resourceLimits: WORKER_MEMORY,
    })
    started.on('message', () => {
      isUnderWay = false
    })
    started.on('error', () => undefined)
    started.once('exit', giveUp)
    started.unref()
    return started
  }

  const giveUp = (): void => {
    clearInterval(looking)
    if (database.isOpen) database.exec(`PRAGMA wal_autocheckpoint = ${USUAL_PAGES}`)
  }

  const looking = setInterval(() => {
    if (isUnderWay) return
    const rows = Number(rowsWritten.get()?.['rows'])
    if (rows - rowsBefore < MIN_ROWS) return
    rowsBefore = rows
    isUnderWay = true
    worker ??= start()
    worker.postMessage('checkpoint')
  }, LOOK_EVERY_MS)
  looking.unref()

  return {
    async [Symbol.asyncDispose]() {
      clearInterval(looking)
      worker?.off('exit', giveUp)
      await worker?.terminate()
    },
  }
}

/** The worker lies beside this file: `.ts` in a checkout, `.js` where it was compiled. */
function workerUrl(): URL {
  return import.meta.url.endsWith('.ts')
    ? new URL('./checkpoint-worker.ts', import.meta.url)
    : new URL('./checkpoint-worker.js', import.meta.url)
}
