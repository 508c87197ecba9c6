import type { BootRecord, UsualStep } from '../../domain/boot-record.ts'
import type { Phase } from '../../domain/phase.ts'

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
