import type { LoadMessage, LoadPlan } from './load.ts'
import { runPlan } from './load-connections.ts'

/** A process that gets one plan, carries it out and reports. */
const tell = (message: LoadMessage): void => void process.send?.(message)
process.once('message', (plan: LoadPlan) => {
  runPlan(plan).then(
    (report) => tell({ kind: 'done', report }),
    (error: Error) => tell({ kind: 'failed', reason: error.message }),
  )
})
tell({ kind: 'ready' })
