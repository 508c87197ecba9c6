import { join, resolve } from 'node:path'
import { isClockSynchronized } from '../../adapters/host-system/clock-state.ts'
import { memoryHere, roomAt } from '../../adapters/host-system/room.ts'
import { certificateValidity } from '../../adapters/tls-x509/certificate-validity.ts'
import { judgeClock, judgeValidity } from '../../domain/doctor/clock.ts'
import type { Finding } from '../../domain/doctor/finding.ts'
import { judgeDataRoom, judgeDiskRoom, judgeMachineMemory } from '../../domain/doctor/resources.ts'
import type { Clock } from '../../ports/clock.ts'
import type { PlannedMachines } from './plans.ts'

export interface ResourceExamination {
  readonly dataDirectory: string
  /** Machines that are to run here. */
  readonly machines: PlannedMachines
  /** Some of them may run already. */
  readonly mayRun: boolean
  /** Hosts of the fleet, wherever they run. */
  readonly hosts: number
}

/** Room on the disk and in memory, for what is planned. */
export async function* examineResources({
  dataDirectory,
  machines,
  mayRun,
  hosts,
}: ResourceExamination): AsyncIterable<Finding> {
  const path = resolve(dataDirectory)
  const room = await roomAt(path)
  if (room) yield judgeDataRoom(path, room, hosts)
  if (machines.count === 0) return
  if (room) yield judgeDiskRoom(room, { count: machines.count, gib: machines.diskGiB })
  yield judgeMachineMemory(memoryHere(), { count: machines.count, mib: machines.memoryMiB, mayRun })
}

/** Certificates that the server makes for itself (adapters/tls-x509). */
const CERTIFICATES = [
  ['certificate of the control API', 'server.crt'],
  ['certificate for hosts', 'boot.crt'],
  ['certificate authority', 'ca.crt'],
] as const

/** The clock, and what stops being valid by it. */
export async function* examineClock(
  { dataDirectory, clock }: { readonly dataDirectory: string; readonly clock: Clock },
  signal: AbortSignal,
): AsyncIterable<Finding> {
  yield judgeClock(clock.now(), await isClockSynchronized(signal))
  for (const [name, file] of CERTIFICATES) {
    const validity = await certificateValidity(join(dataDirectory, 'tls', file))
    if (validity) yield judgeValidity(name, { ...validity, now: clock.now() })
  }
}
