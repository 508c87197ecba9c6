import type { HostEvent } from '../domain/event.ts'
import type { HostState } from '../services/host-book.ts'

/** What `up` tells while it works. */
export interface UpObserver {
  /** A sentence worth knowing. */
  note(text: string): void
  /** The boot server answers. */
  serving(about: {
    readonly url: string
    readonly listening: string
    readonly hosts: readonly string[]
  }): void
  /** How a host stands before anything happens in this run. */
  state(state: HostState | undefined): void
  event(event: HostEvent, state: HostState): void
}
