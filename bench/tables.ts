import type { Bench } from './measure/table.ts'

/** All of them, in the order in which they run. */
export const BENCHES: readonly Bench[] = []
