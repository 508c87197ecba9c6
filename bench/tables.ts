import type { Bench } from './measure/table.ts'
import { bootStorm } from './tables/boot-storm.ts'
import { dashboard } from './tables/dashboard.ts'
import { vsphere } from './tables/vsphere.ts'

/** All of them, in the order in which they run. */
export const BENCHES: readonly Bench[] = [bootStorm, vsphere, dashboard]
