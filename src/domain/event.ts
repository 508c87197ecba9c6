import type { ArtifactRole } from './artifact.ts'
import type { PowerCause, PowerState } from './machine.ts'
import type { BootId } from './opaque-id.ts'
import type { Phase } from './phase.ts'
import type { Uuid } from './uuid.ts'

/** What a machine that asked for its script was told. `refused`: another machine with its address has the boot. */
export type ScriptAction = 'install' | 'local' | 'wait' | 'unknown' | 'refused'

/** Bytes of one transfer. `bytes` counts what was handed to the network, `rate` is bytes per second. */
export interface TransferData {
  readonly role: ArtifactRole
  readonly bytes: number
  readonly total: number
  readonly rate?: number
  /** Who downloads; said when the transfer begins. */
  readonly address?: string
}

/** What each type of event carries. Names and shapes are public (docs/reference/events.md). */
export interface EventData {
  'machine.created': {
    readonly driver: string
    /** Addresses the hypervisor has given it, once it is made. */
    readonly mac?: string
    readonly uuid?: string
  }
  'machine.power': { readonly state: PowerState | 'starting'; readonly cause: PowerCause }
  /** A packet of its firmware or of iPXE, and what became of it; a host that goes on asking is not recorded every time. */
  'dhcp.seen': {
    readonly action: 'answered' | 'ignored'
    readonly reason: string
    /** What it says it is: `firmware, x64 UEFI (PXE)`. */
    readonly client: string
    /** 67 or 4011. */
    readonly port: number
    /** Boot file it was led to, and by which protocol it fetches that. */
    readonly file?: string
    readonly fetches?: 'tftp' | 'http'
    /** Address of the relay agent it came through. */
    readonly relay?: string
  }
  'tftp.sent': {
    readonly file: string
    readonly bytes: number
    readonly durationMs: number
    readonly address: string
  }
  /** The same over HTTP, by UEFI firmware. */
  'http.sent': {
    readonly file: string
    readonly bytes: number
    readonly durationMs: number
    readonly address: string
  }
  'script.served': {
    readonly action: ScriptAction
    readonly address: string
    readonly platform?: string
    readonly ipxeVersion?: string
    /** The UUID the machine says it has. */
    readonly uuid?: Uuid
    /** The ISO handed out with `install`, by its identity. */
    readonly installer?: string
    /** Why, where the action alone does not say it. */
    readonly reason?: string
  }
  'artifact.started': TransferData
  'artifact.progress': TransferData
  'artifact.finished': TransferData
  'artifact.aborted': TransferData & { readonly reason: string }
  'config.served': {
    readonly bytes: number
    readonly address: string
    readonly userAgent: string
    readonly inert: boolean
  }
  'config.refused': { readonly address: string; readonly reason: 'other-address'; readonly detail: string }
  'host.stage': { readonly stage: string; readonly detail: string; readonly address: string }
  'console.screenshot': { readonly path: string; readonly why: string }
  /** What a readiness probe said; as long as it is not ok only what it had not said before. */
  'probe.result': {
    readonly probe: string
    readonly ok: boolean
    readonly detail: string
    /** Palette knows an edge host of the same id from before. */
    readonly duplicate?: boolean
  }
  'phase.changed': { readonly from: Phase; readonly to: Phase }
  'host.stalled': {
    readonly phase: Phase
    readonly forMs: number
    readonly diagnosis: string
    /** Which rule found it; see docs/guide/troubleshooting.md. */
    readonly rule?: string
  }
  'host.failed': {
    readonly phase: Phase
    readonly reason: string
    /** Which rule says why, where one does. */
    readonly rule?: string
  }
  /** A person asked for another try of a host that had failed before its installation began. */
  'host.retried': Record<never, never>
  /** A person asked for exactly one more installation of a host that has been installed or has failed. */
  'host.reinstall': { readonly by: string }
  /** Until then (epoch milliseconds) a machine known by less than we gave it ourselves may be installed. */
  'host.armed': { readonly until: number; readonly by: string }
  /** A person agreed to the installation of a host whose profile asks for that. */
  'host.approved': { readonly by: string }
}

export type EventType = keyof EventData

/** Something that happened to a host. `time` is milliseconds since the epoch. */
export type HostEvent = {
  [T in EventType]: {
    readonly host: string
    readonly bootId?: BootId
    readonly time: number
    readonly type: T
    readonly data: EventData[T]
  }
}[EventType]

/** An event with its place in the order of all events; ids only grow. */
export type RecordedEvent = HostEvent & { readonly id: number }

/** Progress is told to listeners but not kept: a download of an hour would fill the store with it. */
export function isKept(event: HostEvent): boolean {
  return event.type !== 'artifact.progress'
}
