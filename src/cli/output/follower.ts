import type { HostEvent } from '../../domain/event.ts'
import type { Host } from '../../domain/host.ts'
import type { Life } from '../../domain/life.ts'

/** Shows how hosts get on. */
export interface Follower {
  note(text: string): void
  /** How a host stands, said as often as somebody looks; `waitsFor`: a sentence about what keeps it. */
  host(host: Pick<Host, 'name'>, life: Life, waitsFor?: string): void
  event(event: HostEvent, host: Pick<Host, 'name'>, life: Life): void
  /** The host is no longer there. */
  gone(name: string): void
  /** Leaves the last state on the screen and gives the terminal back. */
  close(): void
}
