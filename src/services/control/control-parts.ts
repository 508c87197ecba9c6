import type { Finding } from '../../domain/doctor/finding.ts'
import { Failure } from '../../domain/failure.ts'
import type { Pacing } from '../../domain/pacing/pacing.ts'
import type { AccessStore } from '../../ports/access-store.ts'
import type { AuditTrail } from '../../ports/audit-trail.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Hasher } from '../../ports/hasher.ts'
import type { HostLogStore } from '../../ports/host-log-store.ts'
import type { HostStore } from '../../ports/host-store.ts'
import type { IsoFolders, IsoReceiver } from '../../ports/iso-folders.ts'
import type { Log } from '../../ports/log.ts'
import type { MachineDrivers } from '../../ports/machine-driver.ts'
import type { Metrics } from '../../ports/metrics.ts'
import type { NetbootWatch } from '../../ports/netboot-watch.ts'
import type { SessionStore } from '../../ports/session-store.ts'
import type { TextFiles } from '../../ports/text-files.ts'
import type { Waker } from '../../ports/waker.ts'
import type { Access } from '../access.ts'
import type { Discovery } from '../discovery.ts'
import type { FleetKeeper } from '../fleet-keeper.ts'
import type { FleetPlans } from '../fleet-plans.ts'
import type { FleetRunner } from '../fleet-runner.ts'
import type { HostBook, HostState } from '../host-book.ts'
import type { InstallerShelf } from '../installer-shelf.ts'
import type { ServedTexts } from '../served-texts.ts'
import type { Throughput } from '../throughput.ts'

/** What the control desk works with. */
export interface ControlParts {
  readonly book: HostBook
  readonly plans: FleetPlans
  readonly keeper: FleetKeeper
  readonly shelf: InstallerShelf
  readonly isos: Pick<IsoFolders, 'list'>
  readonly isoReceiver: IsoReceiver
  readonly runner: FleetRunner
  readonly served: Pick<ServedTexts, 'script' | 'userData'>
  readonly discovery: Discovery
  readonly drivers: MachineDrivers
  readonly store: HostStore & AccessStore & SessionStore & AuditTrail
  readonly access: Access
  readonly metrics: Metrics
  readonly files: TextFiles
  readonly hostLogs: Pick<HostLogStore, 'tail'>
  readonly waker: Waker
  /** The services for firmware, where there are any. */
  readonly netboot?: { readonly services: readonly string[]; readonly watch: NetbootWatch } | undefined
  readonly throughput: Throughput
  /** Speed of the network card by which hosts reach us, in bytes per second, where it is known. */
  readonly linkSpeed: () => Promise<number | undefined>
  /** How fast hosts are sent their files, where that is bounded. */
  readonly pacing?: Pacing | undefined
  /** Version of this program. */
  readonly version: string
  /** What hosts are told to chain to. */
  readonly bootScriptUrl: () => string
  /** Looks at this program and at what it works with, one finding after the other. */
  readonly examine: (signal: AbortSignal) => AsyncIterable<Finding>
  readonly hasher: Hasher
  readonly clock: Clock
  readonly log: Log
  /** Ends what is under way when the program stops. */
  readonly signal: AbortSignal
}

/** Failure `host.not-found`. */
export function requireHost(book: HostBook, name: string): HostState {
  const state = book.state(name)
  if (state) return state
  throw new Failure('host.not-found', `there is no host ${name.slice(0, 80)}; edgeboot host list shows all`)
}
