import type { DesiredFleet, DesiredMachine, DesiredProfile } from '../../domain/desired-fleet.ts'
import type { HostMatch } from '../../domain/matching.ts'
import type { ReadyProbe } from '../../domain/ready-probe.ts'
import type { DesiredHostView } from './host-desk.ts'

/** What is in force. */
export interface FleetView extends Omit<DesiredFleet, 'hosts' | 'profiles'> {
  readonly profiles: readonly Omit<DesiredProfile, 'template'>[]
  /** Changes with every apply: printable ASCII without quotes, at most 128 characters. */
  readonly version: string
  readonly hosts: readonly DesiredHostView[]
}

export interface PlannedChange {
  /** `keep`: no longer asked for, but left alone because pruning was not. */
  readonly kind: 'create' | 'update' | 'remove' | 'keep'
  readonly object: 'host' | 'installer' | 'profile' | 'policy'
  readonly name: string
  /** What changes, in sentences without secrets; at most 20. */
  readonly what: readonly string[]
}

export interface FleetPlan {
  /** The version it was planned against; give it to `applyFleet` to apply exactly this. */
  readonly version: string
  readonly changes: readonly PlannedChange[]
  /** How many objects stay as they are. */
  readonly unchanged: number
  /** Sentences for people. */
  readonly warnings: readonly string[]
}

export interface PlanOptions {
  /** Also removes hosts, machines included, and installers that are no longer asked for. */
  readonly prune: boolean
  /**
   * False for those who may not name files of the server's machine: Failure `auth.forbidden` for an installer that is
   * not registered with that very path, before the path is looked at.
   */
  readonly mayAddInstallers: boolean
}

export interface ApplyOptions extends PlanOptions {
  /** Only if this is still the version in force; Failure `fleet.changed` otherwise. */
  readonly ifVersion?: string | undefined
  readonly actor: string
}

/** Failure `fleet.invalid` for a fleet that contradicts itself or the world; nothing is changed then. */
export interface FleetDesk {
  fleet(): Promise<FleetView>
  planFleet(desired: DesiredFleet, options: PlanOptions): Promise<FleetPlan>
  /** `version` of the result is the new one. */
  applyFleet(desired: DesiredFleet, options: ApplyOptions): Promise<FleetPlan>
}

/** Hosts that differ in nothing but their names. */
export interface NewHosts {
  readonly names: readonly string[]
  readonly installer: string
  /** As it is written. Secret as a whole. */
  readonly userData: string
  readonly profile?: string | undefined
  readonly labels?: Readonly<Record<string, string>> | undefined
  /** Missing: physical hosts, known by `match`. */
  readonly machine?: DesiredMachine | undefined
  readonly match?: HostMatch | undefined
  readonly ready?: ReadyProbe | undefined
  readonly approve?: 'auto' | 'manual' | undefined
}

export interface NewHostsDesk {
  /**
   * Adds them to the fleet in force; the rest of it stays. Failure `host.name-taken`, `installer.not-found`,
   * `user-data.invalid`, `fleet.invalid`; nothing is changed then.
   */
  addHosts(wish: NewHosts, actor: string): Promise<FleetPlan>
}
