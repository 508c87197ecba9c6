import type { Bench } from './measure/table.ts'
import { fleetApplyBench } from './tables/fleet-apply.ts'
import { startBench } from './tables/start.ts'

/** All of them, in the order in which they run. */
export const BENCHES: readonly Bench[] = [startBench, fleetApplyBench]
