import type { ArtifactRole } from './artifact.ts'
import type { EventData, HostEvent, RecordedEvent } from './event.ts'
import type { PowerState } from './machine.ts'
import type { BootId } from './opaque-id.ts'
import { isBefore, type Phase } from './phase.ts'
import type { Uuid } from './uuid.ts'

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
  readonly failure?: { readonly phase: Phase; readonly reason: string }
  /** What its firmware asked for by DHCP last, and whether it has fetched it. */
  readonly netboot?: {
    readonly client: string
    readonly answered: boolean
    readonly reason: string
    readonly file?: string
    /** What is fetched by HTTP is not told of. */
    readonly fetches?: 'tftp' | 'http'
    readonly sentAt?: number
  }
  /** Others that asked in its name since it entered its phase, and were refused. */
  readonly strangers?: { readonly count: number; readonly address: string }
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
  if (isOfEarlierBoot(life, event)) return life
  const next = apply(revive(life, event), event)
  return next && { ...next, lastSeen: isHeardFromHost(event) ? event.time : next.lastSeen }
}

function apply(life: Life, event: HostEvent): Life | undefined {
  switch (event.type) {
    case 'machine.power':
      return afterPower(life, event.data, event.time)
    case 'script.served':
      return afterScript(life, event)
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
    case 'host.reinstall':
      return canBeReinstalled(life)
        ? { ...restart(life, event.time), reinstall: true, approved: true }
        : undefined
    case 'host.armed': {
      // Whoever asks first from now on gets the boot: the one before is over.
      const { bootId: _, ...rest } = life
      return isBefore(life.phase, 'config')
        ? { ...rest, bootAddresses: [], armedUntil: event.data.until }
        : undefined
    }
    case 'host.approved':
      return { ...life, approved: true }
    case 'dhcp.seen': {
      const { action, port: _, relay: __, ...asked } = event.data
      return { ...life, netboot: { ...asked, answered: action === 'answered' } }
    }
    case 'tftp.sent':
      return life.netboot && life.netboot.file === event.data.file
        ? { ...life, netboot: { ...life.netboot, sentAt: event.time } }
        : life
    case 'config.refused':
      return withStranger(life, event.data.address)
    case 'machine.created':
    case 'console.screenshot':
    case 'phase.changed':
    case 'host.stalled':
      return life
  }
}

/** True for a host that was begun and is not through with its installation. */
export function isInstalling({ phase }: Life): boolean {
  return phase !== 'defined' && phase !== 'failed' && isBefore(phase, 'installed')
}

/** True for a host that has been given its configuration, or failed on its way: anything else still installs anyway. */
export function canBeReinstalled(life: Pick<Life, 'phase'>): boolean {
  return life.phase === 'failed' || !isBefore(life.phase, 'config')
}

/** True for a host that failed before it was given its configuration: nothing was written to its disk. */
export function canBeRetried(life: {
  readonly phase: Phase
  readonly failure?: { readonly phase: Phase } | undefined
}): boolean {
  return life.phase === 'failed' && life.failure !== undefined && isBefore(life.failure.phase, 'config')
}

function afterPower(life: Life, { state, cause }: EventData['machine.power'], at: number): Life | undefined {
  if (state === 'starting') return life.phase === 'defined' ? enter(life, 'starting', at) : life
  const known: Life = { ...life, power: state }
  return state === 'on' ? afterPowerOn(known, cause, at) : afterPowerOff(known, cause, at)
}

function afterPowerOn(life: Life, cause: EventData['machine.power']['cause'], at: number): Life {
  // Until it is started anew, what runs is the system that is to be replaced.
  if (life.phase === 'defined' && life.reinstall) return life
  if (life.phase === 'defined' || life.phase === 'starting') return enter(life, 'firmware', at)
  if (cause === 'guest-reset' || cause === 'reset') {
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

type ScriptEvent = Extract<HostEvent, { type: 'script.served' }>

function afterScript(before: Life, { data, bootId, time: at }: ScriptEvent): Life | undefined {
  // Somebody else asked in its name.
  if (data.action === 'refused') return withStranger(before, data.address)
  if (data.action === 'unknown') return before
  const life: Life = { ...before, address: data.address }
  switch (data.action) {
    case 'install':
      if (!isBefore(life.phase, 'config')) return undefined
      return {
        ...enter(life, 'script', at),
        installs: life.installs + 1,
        transfers: {},
        ...(bootId ? { bootId } : {}),
        ...(data.installer ? { installer: data.installer } : {}),
        ...(data.uuid ? { uuid: data.uuid } : {}),
        bootAddresses: [data.address],
      }
    case 'local':
      if (life.phase === 'config' || life.phase === 'installing') {
        return enter(enter(life, 'installed', at), 'disk-boot', at)
      }
      return life.phase === 'installed' || life.phase === 'disk-boot'
        ? { ...enter(life, 'disk-boot', at), localBoots: (life.localBoots ?? 0) + 1 }
        : life
    case 'wait':
      return life
  }
}

function withStranger(life: Life, address: string): Life {
  return { ...life, strangers: { count: (life.strangers?.count ?? 0) + 1, address } }
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
  const known: Life = { ...life, transfers: { ...life.transfers, [role]: transfer } }
  const updated = canBringAddress(life, role) ? withAddress(known, data.address) : known
  return begun && isBefore(life.phase, role) ? enter(updated, role, time) : updated
}

/**
 * The live system may have been leased another address than the firmware, which has what came before. Once it has
 * its configuration it is known; whoever reads the boot id off a console then gains nothing by downloading.
 */
function canBringAddress({ phase }: Life, role: ArtifactRole): boolean {
  return role === 'rootfs' && isBefore(phase, 'config')
}

/** More addresses than the firmware's and the live system's point to a fault or to somebody else. */
const MAX_BOOT_ADDRESSES = 8

function withAddress(life: Life, address: string | undefined): Life {
  const { bootAddresses: known } = life
  if (!address || known.includes(address) || known.length >= MAX_BOOT_ADDRESSES) return life
  return { ...life, bootAddresses: [...known, address] }
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
 * A host that was given up, by a time limit say, and then proves that it goes on after all, does so where it stood:
 * late news are still news. One that fetches its configuration late is about to write its disk, so it must not stay
 * among those that may be tried again.
 */
function revive(life: Life, event: HostEvent): Life {
  if (life.phase !== 'failed' || !life.failure || !isProofOfLife(event, life.failure.phase)) return life
  const { failure, ...rest } = life
  return { ...rest, phase: failure.phase }
}

function isProofOfLife(event: HostEvent, failedIn: Phase): boolean {
  if (isBefore(failedIn, 'config')) return event.type === 'config.served' && !event.data.inert
  return (
    (event.type === 'host.stage' &&
      /^(kairos-install\.after|after-install|disk-boot)$/.test(event.data.stage)) ||
    (event.type === 'machine.power' && event.data.cause === 'guest-shutdown')
  )
}

/** Requests and reports that belong to a boot the host no longer has, of a system that was replaced say. */
function isOfEarlierBoot(life: Life, event: HostEvent): boolean {
  if (event.bootId === undefined || event.type === 'script.served') return false
  return /^(artifact\.|config\.|host\.stage$)/.test(event.type) && event.bootId !== life.bootId
}

function isHeardFromHost(event: HostEvent): boolean {
  if (event.type === 'script.served')
    return event.data.action !== 'refused' && event.data.action !== 'unknown'
  return /^(artifact\.|config\.served$|host\.stage$)/.test(event.type)
}

function restart(life: Life, at: number): Life {
  const {
    failure: _,
    bootId: __,
    stage: ___,
    netboot: ____,
    strangers: _____,
    localBoots: ______,
    ...rest
  } = life
  return { ...enter(rest, 'defined', at), transfers: {}, diskBootTold: false, bootAddresses: [] }
}

function fail(life: Life, reason: string, at: number): Life {
  return { ...enter(life, 'failed', at), failure: { phase: life.phase, reason } }
}

function enter(life: Life, phase: Phase, at: number): Life {
  if (life.phase === phase) return life
  const reinstall = life.reinstall && isBefore(phase, 'installed')
  // It has gone on all the same.
  const { strangers: _, ...rest } = life
  return { ...rest, reinstall, phase, since: at, history: [...life.history, { phase, at }] }
}
