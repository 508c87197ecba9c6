import type { ArtifactRole } from '../../domain/artifact.ts'
import type { DesiredHost } from '../../domain/desired-fleet.ts'
import type { Diagnosis } from '../../domain/diagnosis/diagnosis.ts'
import type { RecordedEvent } from '../../domain/event.ts'
import type { Transfer } from '../../domain/life.ts'
import type { Firmware, PowerState } from '../../domain/machine.ts'
import type { Phase } from '../../domain/phase.ts'
import type { Page, PageRequest } from './paging.ts'

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
