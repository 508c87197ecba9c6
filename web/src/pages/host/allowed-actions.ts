import type { HostView } from '../../../../src/contract/hosts.ts'
import { isBefore } from '../../../../src/domain/phase.ts'

export type HostAction =
  | 'power-on'
  | 'power-off'
  | 'reset'
  | 'reinstall'
  | 'retry'
  | 'approve'
  | 'arm'
  | 'delete'

/** Why the action makes no sense for the host now; `undefined` where it does. The server has the last word. */
export function reasonAgainst(action: HostAction, host: HostView, isMade: boolean): string | undefined {
  const { phase, power, failure, waitsFor } = host
  switch (action) {
    case 'power-on':
      return power === 'on' ? 'it is on' : undefined
    case 'power-off':
    case 'reset':
      if (!isMade) return 'only a person can switch it'
      return power === 'off' ? 'it is off' : undefined
    case 'reinstall':
      return phase !== 'failed' && isBefore(phase, 'config') ? 'it is not installed yet' : undefined
    case 'retry':
      return failure && isBefore(failure.phase, 'config') ? undefined : 'it has not failed on its way'
    case 'approve':
      return waitsFor?.startsWith('approval') ? undefined : 'it does not wait for approval'
    case 'arm':
      if (isMade) return 'a machine made here needs no window'
      return isBefore(phase, 'config') ? undefined : 'it has its installation'
    case 'delete':
      return undefined
  }
}
