import type { Bench } from './measure/table.ts'
import { bootShare } from './tables/boot-share.ts'
import { dashboard } from './tables/dashboard.ts'
import { vsphere } from './tables/vsphere.ts'

/** All of them, in the order in which they run. */
export const BENCHES: readonly Bench[] = [bootShare, vsphere, dashboard]
