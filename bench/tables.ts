import type { Bench } from './measure/table.ts'
import { httpCpu, httpsCpu } from './tables/http-cpu.ts'

/** All of them, in the order in which they run. */
export const BENCHES: readonly Bench[] = [httpCpu, httpsCpu]
