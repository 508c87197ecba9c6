import type { HostView } from '../../../src/contract/hosts.ts'
import { canBeReinstalled, canBeRetried } from '../../../src/domain/life.ts'
import { isBefore } from '../../../src/domain/phase.ts'

/** What can be asked for a host. */
export type HostAction =
  | 'power-on'
  | 'power-off'
  | 'power-reset'
  | 'reinstall'
  | 'retry'
  | 'approve'
  | 'arm'
  | 'delete'

/** Why the server would refuse it or it would change nothing, as far as the list of hosts tells; by the server's own rules. */
export function refusalOf(action: HostAction, host: HostView): string | undefined {
  const { phase, driver, power, mac, waitsFor } = host
  const isPhysical = driver === 'none'
  const isInstallable = isBefore(phase, 'config') && phase !== 'failed'
  switch (action) {
    case 'power-on':
      if (power === 'on') return 'it is on'
      return isPhysical && mac === undefined
        ? 'its MAC address is not known, so its card cannot be called'
        : undefined
    case 'power-off':
    case 'power-reset':
      if (isPhysical) return 'it has no driver: a person has to do that'
      return power === 'off' ? 'it is off' : undefined
    case 'reinstall':
      return canBeReinstalled(host) ? undefined : `it is on its way already, in phase ${phase}`
    case 'retry':
      if (canBeRetried(host)) return undefined
      return phase === 'failed'
        ? 'it failed after it had been given its configuration: reinstall it'
        : `it is in phase ${phase}, not failed`
    case 'approve':
      return isInstallable && waitsFor?.startsWith('approval') ? undefined : 'it does not wait for approval'
    case 'arm':
      if (!isPhysical) return 'its machine is ours: it needs no window'
      return isInstallable ? undefined : `it is in phase ${phase}: reinstalling opens a window too`
    case 'delete':
      return undefined
  }
}
