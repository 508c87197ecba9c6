import type { EventData, HostEvent, RecordedEvent } from './event.ts'
import { afterPower } from './life/after-power.ts'
import { afterConfig, afterScript, afterStage, afterTransfer, oneMore } from './life/after-request.ts'
import { enter, fail, type Life, newLife, restart } from './life/life-facts.ts'
import { isBefore, type Phase } from './phase.ts'

export { type Life, newLife, type Transfer } from './life/life-facts.ts'

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
      return afterConfig(life, event)
    case 'host.stage':
      return afterStage({ ...life, address: event.data.address, stage: event.data.stage }, event.time)
    case 'probe.result':
      return afterProbe(life, event.data, event.time)
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
        ? { ...rest, bootAddresses: [], armedUntil: event.data.until, armedAt: event.time }
        : undefined
    }
    case 'host.approved':
      return { ...life, approved: true }
    case 'dhcp.seen': {
      const { action, port: _, relay: __, ...asked } = event.data
      return { ...life, netboot: { ...asked, at: event.time, answered: action === 'answered' } }
    }
    case 'tftp.sent':
    case 'http.sent':
      return life.netboot && life.netboot.file === event.data.file
        ? { ...life, netboot: { ...life.netboot, sentAt: event.time } }
        : life
    case 'config.refused':
      return { ...life, configRefusals: oneMore(life.configRefusals, event.data.address) }
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
export function canBeReinstalled(life: Life): boolean {
  return life.phase === 'failed' || !isBefore(life.phase, 'config')
}

/** True for a host that failed before it was given its configuration: nothing was written to its disk. */
export function canBeRetried(life: Life): boolean {
  return life.phase === 'failed' && life.failure !== undefined && isBefore(life.failure.phase, 'config')
}

function afterProbe(life: Life, { ok, ...said }: EventData['probe.result'], at: number): Life {
  if (life.phase !== 'installed' && life.phase !== 'disk-boot') return life
  return ok ? enter(life, 'ready', at) : { ...life, probe: said }
}

/**
 * A host that was given up, by a time limit say, and then proves that it goes on after all, does so where it stood:
 * late news are still news. One that fetches its configuration late is about to write its disk, so it must not stay
 * among those that may be tried again.
 */
function revive(life: Life, event: HostEvent): Life {
  if (life.phase !== 'failed' || !life.failure || !isProofOfLife(event, life.failure.phase)) return life
  const { failure, wentOff: _, ...rest } = life
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
