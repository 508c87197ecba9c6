import type { Bench } from './measure/table.ts'
import { bootShare } from './tables/boot-share.ts'
import { bootStorm } from './tables/boot-storm.ts'
import { dashboard } from './tables/dashboard.ts'
import { fleetApplyBench } from './tables/fleet-apply.ts'
import { httpCpu, httpsCpu } from './tables/http-cpu.ts'
import { httpFairness } from './tables/http-fairness.ts'
import { httpMemory } from './tables/http-memory.ts'
import { httpThroughput } from './tables/http-throughput.ts'
import { isoImportBench } from './tables/iso-import.ts'
import { pacing } from './tables/pacing.ts'
import { scriptLatencyBench } from './tables/script-latency.ts'
import { startBench } from './tables/start.ts'
import { tftp } from './tables/tftp.ts'
import { vsphere } from './tables/vsphere.ts'

/** All of them, in the order in which they run. */
export const BENCHES: readonly Bench[] = [
  httpCpu,
  httpsCpu,
  httpThroughput,
  httpFairness,
  httpMemory,
  scriptLatencyBench,
  bootStorm,
  tftp,
  isoImportBench,
  startBench,
  fleetApplyBench,
  pacing,
  bootShare,
  vsphere,
  dashboard,
]
