import { performance } from 'node:perf_hooks'
import type { LoopGauge } from '../../ports/loop-gauge.ts'

/** Utilisation of the event loop of this thread, as Node.js measures it. */
export function createLoopGauge(): LoopGauge {
  let before = performance.eventLoopUtilization()
  return {
    busy() {
      const now = performance.eventLoopUtilization()
      const { utilization } = performance.eventLoopUtilization(now, before)
      before = now
      // Without time between two calls it is no number.
      return Number.isFinite(utilization) ? Math.min(1, Math.max(0, utilization)) : 0
    },
  }
}
