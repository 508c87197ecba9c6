import type { Bench } from './measure/table.ts'
import { pacing } from './tables/pacing.ts'

/** All of them, in the order in which they run. */
export const BENCHES: readonly Bench[] = [pacing]
