import type { HostEvent } from '../../domain/event.ts'
import type { Host } from '../../domain/host.ts'
import type { Life } from '../../domain/life.ts'

/** Shows how hosts get on. */
export interface Follower {
  note(text: string): void
  host(host: Host, life: Life): void
  event(event: HostEvent, host: Host, life: Life): void
  /** Leaves the last state on the screen and gives the terminal back. */
  close(): void
}
