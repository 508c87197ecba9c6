import type { Bench } from './measure/table.ts'
import { fleetApplyBench } from './tables/fleet-apply.ts'
import { isoImportBench } from './tables/iso-import.ts'
import { scriptLatencyBench } from './tables/script-latency.ts'
import { startBench } from './tables/start.ts'

/** All of them, in the order in which they run. */
export const BENCHES: readonly Bench[] = [startBench, fleetApplyBench, isoImportBench, scriptLatencyBench]
