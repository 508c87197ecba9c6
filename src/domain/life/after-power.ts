import type { EventData } from '../event.ts'
import { isBefore } from '../phase.ts'
import { enter, fail, type Life } from './life-facts.ts'

/** The life after its machine was switched, or switched itself. */
export function afterPower(
  life: Life,
  { state, cause }: EventData['machine.power'],
  at: number,
): Life | undefined {
  if (state === 'starting') return life.phase === 'defined' ? enter(life, 'starting', at) : life
  const known: Life = { ...life, power: state }
  return state === 'on' ? afterPowerOn(known, cause, at) : afterPowerOff(known, cause, at)
}

function afterPowerOn(life: Life, cause: EventData['machine.power']['cause'], at: number): Life {
  // Until it is started anew, what runs is the system that is to be replaced.
  if (life.phase === 'defined' && life.reinstall) return life
  if (life.phase === 'defined' || life.phase === 'starting') return enterFirmware(life, at)
  if (cause === 'guest-reset' || cause === 'reset') {
    if (isBefore(life.phase, 'config')) return enterFirmware(life, at)
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
  const failed = (reason: string): Life => ({ ...fail(life, reason, at), wentOff: cause })
  if (cause === 'guest-panic') return failed('its kernel panicked; look at its console and serial log')
  if (phase === 'disk-boot') return enter(life, 'installed', at)
  if (phase === 'config' || phase === 'installing') {
    return cause === 'guest-shutdown'
      ? enter(life, 'installed', at)
      : failed('its machine was switched off or lost while it installed: the disk may be half written')
  }
  return cause === 'guest-shutdown'
    ? failed('it switched itself off before it had fetched its configuration')
    : enter(life, 'defined', at)
}

/** Switched on anew it may well be leased another address. */
function enterFirmware({ addressChanges: _, ...life }: Life, at: number): Life {
  return enter(life, 'firmware', at)
}
