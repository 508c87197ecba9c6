import type { HostEvent, RecordedEvent } from '../domain/event.ts'
import type { Boot, Host } from '../domain/host.ts'

/** Hosts, their boots and all that happened to them, kept across restarts. Failure `store.failed` when it cannot. */
export interface HostStore {
  /** All hosts, in order of creation. */
  hosts(): Promise<readonly Host[]>
  /** Adds the host, or replaces the one of the same name. */
  saveHost(host: Host): Promise<void>
  /** Forgets the host, its boots and its events. */
  deleteHost(name: string): Promise<void>
  boots(): Promise<readonly Boot[]>
  addBoot(boot: Boot): Promise<void>
  /** Appends; the id returned is larger than all before. */
  appendEvent(event: HostEvent): Promise<RecordedEvent>
  /** Events in order of id, of one host or of all, after the given id. */
  events(filter?: { readonly host?: string; readonly afterId?: number }): Promise<readonly RecordedEvent[]>
}
