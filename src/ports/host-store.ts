import type { HostEvent, RecordedEvent } from '../domain/event.ts'
import type { Boot, Host } from '../domain/host.ts'
import type { BootId } from '../domain/opaque-id.ts'

/** Which events: of one host, of one type, after an id, the first `limit` of those. */
export interface EventQuery {
  readonly host?: string
  readonly type?: string
  readonly afterId?: number
  readonly limit?: number
}

/** Hosts, their boots and all that happened to them, kept across restarts. Failure `store.failed` when it cannot. */
export interface HostStore {
  /** All hosts, in order of creation. */
  hosts(): Promise<readonly Host[]>
  /** Adds the hosts, or replaces those of the same names; all of them or none. */
  saveHost(...hosts: readonly Host[]): Promise<void>
  /** Forgets the host, its boots and its events. */
  deleteHost(name: string): Promise<void>
  boots(): Promise<readonly Boot[]>
  addBoot(boot: Boot): Promise<void>
  /** Those that there are. */
  forgetBoots(bootIds: readonly BootId[]): Promise<void>
  /** Appends all of them or none, in order; the ids returned are larger than all before. */
  appendEvents(...events: readonly HostEvent[]): Promise<readonly RecordedEvent[]>
  /** Events in order of id; what the filter does not say is any. */
  events(filter?: EventQuery): Promise<readonly RecordedEvent[]>
  /** The largest id given yet, 0 when there is none. */
  lastEventId(): Promise<number>
}
