import type { HostEvent } from '../../domain/event.ts'
import type { Host } from '../../domain/host.ts'
import type { Life } from '../../domain/life.ts'
import type { ShownDiagnosis } from './board-entry.ts'

/** What is known of a host besides its life. */
export interface HostNotes {
  /** A sentence about what keeps it. */
  readonly waitsFor?: string | undefined
  /** Why it does not get on. */
  readonly diagnosis?: ShownDiagnosis | undefined
}

/** Shows how hosts get on. */
export interface Follower {
  note(text: string): void
  /** The server cannot be reached, with why and what is done about it; without a text: it is there again. */
  away(text?: string): void
  /** How a host stands, said as often as somebody looks. */
  host(host: Pick<Host, 'name'>, life: Life, notes?: HostNotes): void
  event(event: HostEvent, host: Pick<Host, 'name'>, life: Life): void
  /** The host is no longer there. */
  gone(name: string): void
  /** The host is there, but no longer one of those to be shown. */
  hide(name: string): void
  /** Leaves the last state on the screen and gives the terminal back. */
  close(): void
}
