import type { Bench } from './measure/table.ts'
import { dashboard } from './tables/dashboard.ts'
import { pacing } from './tables/pacing.ts'
import { vsphere } from './tables/vsphere.ts'

/** All of them, in the order in which they run. */
export const BENCHES: readonly Bench[] = [pacing, vsphere, dashboard]
