import type { Bench } from './measure/table.ts'
import { tftp } from './tables/tftp.ts'

/** All of them, in the order in which they run. */
export const BENCHES: readonly Bench[] = [tftp]
