import type { ArtifactRole } from '../domain/artifact.ts'
import type { BootRecord, UsualStep } from '../domain/boot-record.ts'
import type { DesiredFleet, DesiredHost, DesiredMachine, DesiredProfile } from '../domain/desired-fleet.ts'
import type { Diagnosis } from '../domain/diagnosis/diagnosis.ts'
import type { Finding } from '../domain/doctor/finding.ts'
import type { HostEvent, RecordedEvent } from '../domain/event.ts'
import type { Installer } from '../domain/installer.ts'
import type { Transfer } from '../domain/life.ts'
import type { Firmware, PowerState } from '../domain/machine.ts'
import type { HostMatch } from '../domain/matching.ts'
import type { Phase } from '../domain/phase.ts'
import type { ReadyProbe } from '../domain/ready-probe.ts'
import type { Bottleneck, ThroughputSample } from '../domain/throughput.ts'
import type { Finding as UserDataFinding, UserDataSummary } from '../domain/user-data.ts'
import type { ApiRole, AuditRecord } from './authenticator.ts'
import type { IsoFile, IsoUpload } from './iso-folders.ts'
import type { NetbootNews } from './netboot-watch.ts'

/**
 * All that the control API asks of the program, in parts that can be built one by one. Whatever does not work is a
 * Failure whose code has an HTTP status; every call that changes something is told who asks (`actor`,
 * `token:NAME`). Nothing returned holds secrets, except the new token.
 */
export interface ControlDesk
  extends HostDesk,
    HostActionDesk,
    EventDesk,
    FleetDesk,
    DiscoveryDesk,
    InstallerDesk,
    NewHostsDesk,
    UserDataDesk,
    TokenDesk,
    NetbootControlDesk,
    AboutDesk,
    BootsDesk,
    ServedTextsDesk,
    ThroughputDesk,
    DoctorDesk,
    ObservationDesk {}

/** Where a page begins and how long it may be. `after` is what `next` of the page before said. */
export interface PageRequest {
  readonly after?: string | undefined
  readonly limit: number
}

/** `next` is there as long as there is more. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly next?: string | undefined
}

export interface HostFilter {
  readonly phase?: Phase | undefined
  readonly profile?: string | undefined
  /** `KEY` or `KEY=VALUE`. */
  readonly label?: string | undefined
  /** Part of name, address, MAC, UUID or a label's value; case does not matter. */
  readonly text?: string | undefined
}

/** A host as lists show it. Times are epoch milliseconds. */
export interface HostView {
  readonly name: string
  readonly profile?: string | undefined
  readonly installer?: string | undefined
  readonly labels: Readonly<Record<string, string>>
  readonly driver?: string | undefined
  readonly phase: Phase
  /** When it entered its phase. */
  readonly since: number
  readonly power: PowerState | 'unknown'
  /** How often it was handed the installer. */
  readonly installs: number
  readonly lastSeen: number
  readonly mac?: string | undefined
  readonly uuid?: string | undefined
  readonly address?: string | undefined
  /** Last stage it phoned home. */
  readonly stage?: string | undefined
  readonly transfers: Readonly<Partial<Record<ArtifactRole, Transfer>>>
  readonly failure?: { readonly phase: Phase; readonly reason: string } | undefined
  /** Why it does not get on, where nothing was heard of it for longer than usual. */
  readonly diagnosis?: Diagnosis | undefined
  /** What keeps it from going on: a sentence (waits for approval, for a free place, for its window to be opened). */
  readonly waitsFor?: string | undefined
  /** Until when it may fetch the installer, where that is limited. */
  readonly armedUntil?: number | undefined
}

/** One host with what was asked for it. */
export interface HostDetail extends HostView {
  /** Changes whenever anything in this view does: printable ASCII without quotes, at most 128 characters. */
  readonly version: string
  /** Absent for a host that no fleet file speaks of. Secrets masked. */
  readonly definition?: DesiredHostView | undefined
  readonly createdAt: number
  readonly firmware?: Firmware | undefined
  readonly history: readonly { readonly phase: Phase; readonly at: number }[]
  /** Its newest events, oldest first; at most 100. */
  readonly events: readonly RecordedEvent[]
}

/** A host's definition without its user-data, of which only the digest is told. */
export interface DesiredHostView extends Omit<DesiredHost, 'userData' | 'secretPaths'> {
  /** Hex SHA-256 of the text. */
  readonly userDataSha256: string
}

/** Hosts as they are after an event and before any later one. */
export interface HostsView extends Page<HostView> {
  readonly lastEventId: number
}

export interface HostDesk {
  /** In order of name. */
  hosts(filter: HostFilter, page: PageRequest): Promise<HostsView>
  /** Failure `host.not-found`. */
  host(name: string): Promise<HostDetail>
}

/** How a machine was switched. `woken`: nobody knows whether it heard. */
export type PowerOutcome =
  | { readonly way: 'switched' }
  | {
      readonly way: 'woken'
      /** The broadcast addresses that were called. */
      readonly networks: readonly string[]
      /** End of the window in which it may fetch the installer, where one was opened. */
      readonly armedUntil?: number | undefined
    }

export type HostLogSource = 'serial' | 'network' | 'all'

/** All: Failure `host.not-found`, and `host.wrong-state` where the host's life does not allow it. */
export interface HostActionDesk {
  /** Arms exactly one new installation. */
  reinstall(name: string, actor: string): Promise<void>
  /** Opens the window in which a host known by its MAC alone may fetch the installer. */
  arm(name: string, forMs: number, actor: string): Promise<void>
  approve(name: string, actor: string): Promise<void>
  /** Another try of a host that failed. */
  retry(name: string, actor: string): Promise<void>
  /**
   * Switches a machine of ours. A physical one can be switched on only: its card is called, and the window is opened
   * in which it may fetch the installer. Failure `wake.unsent`.
   */
  power(name: string, action: 'on' | 'off' | 'reset', actor: string): Promise<PowerOutcome>
  /** Removes the machine, where we made it, and forgets the host. */
  deleteHost(name: string, actor: string): Promise<void>
  /** A picture of the console, as PNG. */
  screenshot(name: string): Promise<Uint8Array>
  /** The end of what the host wrote to its serial console, at most `tailBytes` of it; empty when nothing is kept. */
  serialLog(name: string, tailBytes: number): Promise<string>
  /**
   * The end of the host's log, at most `tailBytes` of each source. `serial` is its serial console, `network` what it
   * sent over syslog and netconsole, `all` the one after the other. Without a source: `serial` where its machine keeps
   * one, otherwise `network`.
   */
  hostLog(name: string, source: HostLogSource | undefined, tailBytes: number): Promise<string>
}

export interface EventFilter {
  readonly host?: string | undefined
  readonly type?: string | undefined
}

export interface EventDesk {
  /** The largest id that was given to an event yet; 0 when there is none. */
  lastEventId(): Promise<number>
  /** Kept events in order of id, those after `afterId` (0: from the first). */
  eventsAfter(afterId: number, filter: EventFilter, limit: number): Promise<readonly RecordedEvent[]>
  /**
   * Tells every event from now on, those that are not kept (no `id`) as well, each after it has taken effect and,
   * if kept, after `eventsAfter` would return it. Returns the function that ends it. The listener never throws.
   */
  subscribe(listener: (event: HostEvent | RecordedEvent) => void): () => void
}

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

/** A machine nobody has defined, with all it told. Times are epoch milliseconds. */
export interface DiscoveredHost {
  readonly id: string
  readonly firstSeen: number
  readonly lastSeen: number
  readonly address: string
  /** iPXE settings by name: mac, uuid, serial, asset, manufacturer, product, platform, … */
  readonly told: Readonly<Record<string, string>>
}

/** Failure `discovered.not-found`. */
export interface DiscoveryDesk {
  discovered(page: PageRequest): Promise<Page<DiscoveredHost>>
  /** Makes a host of it. Failure `host.name-taken`, `fleet.invalid` for an unknown profile. */
  adopt(
    id: string,
    as: { readonly name: string; readonly profile: string },
    actor: string,
  ): Promise<HostDetail>
  forget(id: string, actor: string): Promise<void>
}

/** A registered ISO. */
export interface InstallerView {
  readonly name: string
  readonly isoPath: string
  readonly sizeBytes: number
  readonly family: string
  readonly sha256?: string | undefined
  /** Epoch milliseconds. */
  readonly addedAt?: number | undefined
  /** Sentences for people. */
  readonly warnings: readonly string[]
}

/** What is inside an ISO. */
export interface InstallerContents extends Omit<Installer, 'artifacts'> {
  readonly isoPath: string
  readonly sizeBytes: number
  readonly artifacts: readonly {
    readonly role: ArtifactRole
    readonly path: string
    readonly sizeBytes: number
    /** As soon as it is known. */
    readonly sha256?: string | undefined
  }[]
}

/** ISO files on this machine, in the folders where they are looked for. */
export interface IsoListing {
  readonly folders: readonly string[]
  readonly items: readonly (IsoFile & {
    /** The name under which it is registered. */
    readonly installer?: string | undefined
  })[]
}

/** Failures of reading an ISO, `installer.not-found`, `installer.name-taken`, `installer.in-use`. */
export interface InstallerDesk {
  installers(): Promise<readonly InstallerView[]>
  /** `isoPath` is a path on this machine. */
  addInstaller(
    given: { readonly name: string; readonly isoPath: string; readonly sha256?: string | undefined },
    actor: string,
  ): Promise<InstallerView>
  removeInstaller(name: string, actor: string): Promise<void>
  installerContents(name: string): Promise<InstallerContents>
  /** The same for an ISO that is not registered. */
  inspectIso(isoPath: string): Promise<InstallerContents>
  isos(): Promise<IsoListing>
  /** Takes an ISO that is sent. Failures of `IsoReceiver`, `request.too-large`, `server.busy` with two under way. */
  uploadIso(upload: IsoUpload, actor: string): Promise<IsoListing['items'][number]>
}

/** User-data, for those who write it in a browser. */
export interface UserDataDesk {
  /** Nothing of the text is kept. */
  checkUserData(text: string): Promise<{
    readonly findings: readonly UserDataFinding[]
    readonly summary?: Pick<UserDataSummary, 'managementMode' | 'finish' | 'siteName'> | undefined
  }>
  /** Its JSON Schema, as text. */
  userDataSchema(): Promise<string>
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

/** A token without its secret. Times are epoch milliseconds. */
export interface TokenView {
  readonly id: number
  readonly name: string
  readonly role: ApiRole
  readonly createdAt: number
  readonly expiresAt?: number | undefined
  readonly revokedAt?: number | undefined
  readonly lastUsedAt?: number | undefined
}

/** Failure `token.not-found`, `token.name-taken`. */
export interface TokenDesk {
  /** Revoked ones included. */
  tokens(): Promise<readonly TokenView[]>
  /** `token` is the secret; it is never shown again. */
  createToken(
    given: { readonly name: string; readonly role: ApiRole; readonly expiresInMs?: number | undefined },
    actor: string,
  ): Promise<TokenView & { readonly token: string }>
  revokeToken(name: string, actor: string): Promise<void>
}

export interface AuditEntry extends AuditRecord {
  readonly id: number
  /** Epoch milliseconds. */
  readonly time: number
}

export interface AuditFilter {
  readonly who?: string | undefined
  readonly action?: string | undefined
  readonly object?: string | undefined
  readonly outcome?: AuditRecord['outcome'] | undefined
}

export interface NetbootControlDesk {
  /** News after the id, oldest first; where there is none, waits for some, at most so many milliseconds. */
  netbootNews(
    afterId: number | undefined,
    waitMs: number,
  ): Promise<{ readonly services: readonly string[]; readonly items: readonly NetbootNews[] }>
}

/** A driver as it says of itself. */
export interface DriverView {
  readonly kind: string
  readonly usable: boolean
  /** What it is, or why it is not usable; without secrets. */
  readonly detail: string
}

/** What this server is, and how hosts reach it. */
export interface AboutView {
  readonly version: string
  /** Where hosts reach the boot listener, by the address they are told. */
  readonly bootUrl: string
  readonly bootScriptUrl: string
  readonly drivers: readonly DriverView[]
  /** What answers firmware here, in words. */
  readonly services: readonly string[]
}

export interface AboutDesk {
  /** Quick also while a driver does not answer: that is said instead. */
  about(): Promise<AboutView>
}

/** The boots of a host, newest first, beside what its like usually take. */
export interface BootsView {
  readonly items: readonly BootRecord[]
  /** Medians over the last complete boots of the other hosts of its profile; of all others where it has none. */
  readonly usual: Readonly<Partial<Record<Phase, UsualStep>>>
}

export interface BootsDesk {
  /** Failure `host.not-found`. */
  boots(name: string): Promise<BootsView>
}

/** A text as a host is handed it, with its secrets masked. */
export interface ServedTextView {
  readonly text: string
  /** `as-served`: what it got in its present boot; `now`: made anew from what is in force. */
  readonly rendered: 'as-served' | 'now'
}

/** Failure `host.not-found`, and `host.nothing-served` where there is nothing to show. */
export interface ServedTextsDesk {
  /** The iPXE script that installs it, of its present boot. */
  hostScript(name: string): Promise<ServedTextView>
  /** Its user-data; before it has a boot, what it would get. */
  hostUserData(name: string): Promise<ServedTextView>
}

/** What was sent lately, and what holds it up. */
export interface ThroughputView {
  readonly intervalMs: number
  /** Oldest first. */
  readonly samples: readonly ThroughputSample[]
  /** Speed of the network card hosts are served through, where it is known. */
  readonly linkBytesPerSecond?: number | undefined
  readonly bottleneck: Bottleneck
}

export interface ThroughputDesk {
  /** Samples that ended later than `after`, epoch milliseconds; all without it. */
  throughput(after: number | undefined): Promise<ThroughputView>
}

/** What the doctor found. */
export interface DoctorView {
  /** Epoch milliseconds. */
  readonly at: number
  /** The worst of all. */
  readonly verdict: Finding['verdict']
  readonly findings: readonly Finding[]
}

export interface DoctorDesk {
  /** Looks at the server as it runs, for a minute at most; who asks meanwhile gets the same report. Changes nothing. */
  examine(): Promise<DoctorView>
}

export interface ObservationDesk {
  /** Newest first. */
  audit(filter: AuditFilter, page: PageRequest): Promise<Page<AuditEntry>>
  /** Prometheus text format. */
  metrics(): Promise<string>
  /** Whether it is of use to send requests here, and if not, why not, in sentences without secrets. */
  readiness(): Promise<{ readonly ready: boolean; readonly reasons: readonly string[] }>
}
