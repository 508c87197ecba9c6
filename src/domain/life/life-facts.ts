import type { ArtifactRole } from '../artifact.ts'
import type { EventData } from '../event.ts'
import type { PowerCause, PowerState } from '../machine.ts'
import type { BootId } from '../opaque-id.ts'
import { isBefore, type Phase } from '../phase.ts'
import type { Uuid } from '../uuid.ts'

/** How far one artifact is on its way to the host. Times are epoch milliseconds. */
export interface Transfer {
  readonly bytes: number
  readonly total: number
  readonly rate: number
  readonly startedAt: number
  readonly finishedAt?: number
  /** How often the download was begun: dracut starts again at byte 0, so more than one means trouble. */
  readonly attempts: number
  /** At how many bytes the last downloads broke off, oldest first. */
  readonly brokeOffAt?: readonly number[]
  /** When it broke off; absent while it goes on, is whole, or has begun anew. */
  readonly cutOffAt?: number
}

/** Requests that were refused: how many, and where the last one came from. */
export interface Refusals {
  readonly count: number
  readonly address: string
}

/** All that is known of a host's way from defined to ready, folded from its events. Times are epoch milliseconds. */
export interface Life {
  readonly phase: Phase
  readonly since: number
  /** Every phase entered, in order. */
  readonly history: readonly { readonly phase: Phase; readonly at: number }[]
  readonly power: PowerState | 'unknown'
  /** How often the host was handed the installer. */
  readonly installs: number
  readonly transfers: Readonly<Partial<Record<ArtifactRole, Transfer>>>
  /** Last stage the host phoned home. */
  readonly stage?: string
  /** The host itself said that it runs from its disk. */
  readonly diskBootTold: boolean
  /** Last time anything was heard of the host. */
  readonly lastSeen: number
  readonly address?: string
  /** What its machine said of itself when it was handed the installer; nothing is proven by it. */
  readonly uuid?: Uuid
  /** The boot the host has now; whatever an earlier one still asks or reports changes nothing. */
  readonly bootId?: BootId
  /** The ISO of this boot, by its identity. */
  readonly installer?: string
  /** Where this boot came from: the address its script went to, and those that downloaded its root file system. */
  readonly bootAddresses: readonly string[]
  /** An installation was asked for although the disk may be bootable: media go before the disk. */
  readonly reinstall: boolean
  readonly approved: boolean
  /** Until then a machine known by less than we gave it may be handed the installer. */
  readonly armedUntil?: number
  /** When that was said. */
  readonly armedAt?: number
  readonly failure?: { readonly phase: Phase; readonly reason: string }
  /** Its machine went off where it must not, and it failed for that. */
  readonly wentOff?: PowerCause
  /** What its firmware asked for by DHCP last, and whether it has fetched it; until it asks for its script. */
  readonly netboot?: {
    readonly at: number
    readonly client: string
    readonly answered: boolean
    readonly reason: string
    readonly file?: string
    readonly fetches?: 'tftp' | 'http'
    readonly sentAt?: number
  }
  /** Others that asked for a script in its name since it entered its phase, and were refused. */
  readonly strangers?: Refusals
  /** Requests for its configuration from addresses that its boot does not have, since it entered its phase. */
  readonly configRefusals?: Refusals
  /** How often the installer went to another address than the time before, since it was switched on or armed. */
  readonly addressChanges?: number
  /** Addresses that were given the configuration of this boot. */
  readonly configAddresses?: readonly string[]
  /** What the readiness probe said last. */
  readonly probe?: Pick<EventData['probe.result'], 'probe' | 'detail' | 'duplicate'>
  /** How often it asked for a script after it had installed, and was sent to its disk. */
  readonly localBoots?: number
}

export function newLife(at: number): Life {
  return {
    phase: 'defined',
    since: at,
    history: [{ phase: 'defined', at }],
    power: 'unknown',
    installs: 0,
    transfers: {},
    diskBootTold: false,
    lastSeen: at,
    bootAddresses: [],
    reinstall: false,
    approved: false,
  }
}

/** The life after the host entered a phase; the same life where it is in it already. */
export function enter(life: Life, phase: Phase, at: number): Life {
  if (life.phase === phase) return life
  const reinstall = life.reinstall && isBefore(phase, 'installed')
  // It has gone on all the same.
  const { strangers, configRefusals, probe, ...rest } = life
  return { ...rest, reinstall, phase, since: at, history: [...life.history, { phase, at }] }
}

export function fail(life: Life, reason: string, at: number): Life {
  return { ...enter(life, 'failed', at), failure: { phase: life.phase, reason } }
}

/** Begins anew: what belonged to the boot before is gone. */
export function restart(life: Life, at: number): Life {
  const { failure, wentOff, bootId, stage, netboot, strangers, configRefusals, localBoots, ...rest } = life
  const { addressChanges, configAddresses, ...kept } = rest
  return { ...enter(kept, 'defined', at), transfers: {}, diskBootTold: false, bootAddresses: [] }
}
