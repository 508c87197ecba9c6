import type { ArtifactRole } from './artifact.ts'
import type { EventData, HostEvent, RecordedEvent } from './event.ts'
import type { PowerState } from './machine.ts'
import { isBefore, type Phase } from './phase.ts'

/** How far one artifact is on its way to the host. Times are epoch milliseconds. */
export interface Transfer {
  readonly bytes: number
  readonly total: number
  readonly rate: number
  readonly startedAt: number
  readonly finishedAt?: number
  /** How often the download was begun: dracut starts again at byte 0, so more than one means trouble. */
  readonly attempts: number
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
  readonly failure?: { readonly phase: Phase; readonly reason: string }
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
  }
}

/** The life that recorded events amount to. Events that make no sense where they stand change nothing. */
export function replay(createdAt: number, events: readonly RecordedEvent[]): Life {
  return events.reduce((life, event) => advance(life, event) ?? life, newLife(createdAt))
}

/**
 * The life after one more event, or `undefined` when the event makes no sense in it. From the moment the host has
 * been given its configuration nothing leads back to a phase in which it would be handed the installer, except
 * `host.retried` of a host that had failed before that moment.
 */
export function advance(life: Life, event: HostEvent): Life | undefined {
  const next = apply(revive(life, event), event)
  return next && { ...next, lastSeen: isHeardFromHost(event) ? event.time : next.lastSeen }
}

function apply(life: Life, event: HostEvent): Life | undefined {
  switch (event.type) {
    case 'machine.power':
      return afterPower(life, event.data, event.time)
    case 'script.served':
      return afterScript({ ...life, address: event.data.address }, event.data.action, event.time)
    case 'artifact.started':
    case 'artifact.progress':
    case 'artifact.finished':
    case 'artifact.aborted':
      return afterTransfer(life, event)
    case 'config.served':
      return afterConfig({ ...life, address: event.data.address }, event.data.inert, event.time)
    case 'host.stage':
      return afterStage({ ...life, address: event.data.address, stage: event.data.stage }, event.time)
    case 'probe.result':
      return event.data.ok && (life.phase === 'installed' || life.phase === 'disk-boot')
        ? enter(life, 'ready', event.time)
        : life
    case 'host.failed':
      if (life.phase === 'ready' || life.phase === 'failed') return undefined
      return fail(life, event.data.reason, event.time)
    case 'host.retried':
      return canBeRetried(life) ? restart(life, event.time) : undefined
    case 'machine.created':
    case 'config.refused':
    case 'console.screenshot':
    case 'phase.changed':
    case 'host.stalled':
      return life
  }
}

/** True for a host that failed before it was given its configuration: nothing was written to its disk. */
export function canBeRetried(life: Life): boolean {
  return life.phase === 'failed' && life.failure !== undefined && isBefore(life.failure.phase, 'config')
}

function afterPower(life: Life, { state, cause }: EventData['machine.power'], at: number): Life | undefined {
  if (state === 'starting') return life.phase === 'defined' ? enter(life, 'starting', at) : life
  const known: Life = { ...life, power: state }
  return state === 'on' ? afterPowerOn(known, cause, at) : afterPowerOff(known, cause, at)
}

function afterPowerOn(life: Life, cause: EventData['machine.power']['cause'], at: number): Life {
  if (life.phase === 'defined' || life.phase === 'starting') return enter(life, 'firmware', at)
  if (cause === 'guest-reset') {
    if (isBefore(life.phase, 'config')) return enter(life, 'firmware', at)
    // Whatever was written will be proven, or not, by the disk boot; the installer is not handed out again.
    if (life.phase === 'config' || life.phase === 'installing') {
      return enter(enter(life, 'installed', at), 'disk-boot', at)
    }
    if (life.phase === 'installed') return enter(life, 'disk-boot', at)
  }
  if (life.phase === 'installed' && cause === 'asked') return enter(life, 'disk-boot', at)
  return life
}

function afterPowerOff(life: Life, cause: EventData['machine.power']['cause'], at: number): Life {
  const { phase } = life
  if (phase === 'defined' || phase === 'ready' || phase === 'failed' || phase === 'installed') return life
  if (cause === 'guest-panic')
    return fail(life, 'its kernel panicked; look at its console and serial log', at)
  if (phase === 'disk-boot') return enter(life, 'installed', at)
  if (phase === 'config' || phase === 'installing') {
    return cause === 'guest-shutdown'
      ? enter(life, 'installed', at)
      : fail(
          life,
          'its machine was switched off or lost while it installed: the disk may be half written',
          at,
        )
  }
  return cause === 'guest-shutdown'
    ? fail(life, 'it switched itself off before it had fetched its configuration', at)
    : enter(life, 'defined', at)
}

function afterScript(life: Life, action: EventData['script.served']['action'], at: number): Life | undefined {
  switch (action) {
    case 'install':
      if (!isBefore(life.phase, 'config')) return undefined
      return { ...enter(life, 'script', at), installs: life.installs + 1, transfers: {} }
    case 'local':
      if (life.phase === 'config' || life.phase === 'installing') {
        return enter(enter(life, 'installed', at), 'disk-boot', at)
      }
      return life.phase === 'installed' ? enter(life, 'disk-boot', at) : life
    case 'wait':
    case 'unknown':
      return life
  }
}

type TransferEvent = Extract<HostEvent, { type: `artifact.${string}` }>

function afterTransfer(life: Life, { type, data, time }: TransferEvent): Life {
  const { role } = data
  const before = life.transfers[role]
  const begun = type === 'artifact.started'
  const transfer: Transfer = {
    bytes: data.bytes,
    total: data.total,
    rate: data.rate ?? before?.rate ?? 0,
    startedAt: begun ? time : (before?.startedAt ?? time),
    attempts: (before?.attempts ?? 0) + (begun || !before ? 1 : 0),
    ...(type === 'artifact.finished' && data.bytes >= data.total ? { finishedAt: time } : {}),
  }
  const updated = { ...life, transfers: { ...life.transfers, [role]: transfer } }
  return begun && isBefore(life.phase, role) ? enter(updated, role, time) : updated
}

function afterConfig(life: Life, inert: boolean, at: number): Life {
  if (!inert) return isBefore(life.phase, 'config') ? enter(life, 'config', at) : life
  // Installed hosts keep asking for their config_url at every scan: only one that runs from its disk does.
  return life.phase === 'installed' ? enter(life, 'disk-boot', at) : life
}

function afterStage(life: Life, at: number): Life {
  switch (life.stage) {
    case 'kairos-install.pre':
    case 'before-install':
    case 'after-install-chroot':
      return isBefore(life.phase, 'installing') ? enter(life, 'installing', at) : life
    case 'after-install':
    case 'kairos-install.after':
      return isBefore(life.phase, 'installed') ? enter(life, 'installed', at) : life
    case 'disk-boot': {
      const told = { ...life, diskBootTold: true }
      return isBefore(life.phase, 'disk-boot') ? enter(told, 'disk-boot', at) : told
    }
    default:
      return life
  }
}

/**
 * A host that was given up, by a time limit say, and then proves that it did install after all, goes on where it
 * stood: late news are still news.
 */
function revive(life: Life, event: HostEvent): Life {
  if (life.phase !== 'failed' || !life.failure || isBefore(life.failure.phase, 'config')) return life
  const late =
    (event.type === 'host.stage' &&
      /^(kairos-install\.after|after-install|disk-boot)$/.test(event.data.stage)) ||
    (event.type === 'machine.power' && event.data.cause === 'guest-shutdown')
  if (!late) return life
  const { failure, ...rest } = life
  return { ...rest, phase: failure.phase }
}

function isHeardFromHost(event: HostEvent): boolean {
  return /^(script|artifact|config)\.|^host\.stage$/.test(event.type)
}

function restart(life: Life, at: number): Life {
  const { failure: _, ...rest } = life
  return { ...enter(rest, 'defined', at), transfers: {} }
}

function fail(life: Life, reason: string, at: number): Life {
  return { ...enter(life, 'failed', at), failure: { phase: life.phase, reason } }
}

function enter(life: Life, phase: Phase, at: number): Life {
  if (life.phase === phase) return life
  return { ...life, phase, since: at, history: [...life.history, { phase, at }] }
}
