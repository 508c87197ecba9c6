import { act, arm, power } from '../../api/hosts.ts'
import type { Action } from './host-actions.ts'

/** As long as the window that reinstalling and waking open. Milliseconds. */
const ARM_MS = 30 * 60_000

/** Does it to one host. Failure: `ApiProblem`, in the server's words. */
export async function sendAction(action: Action, name: string): Promise<void> {
  switch (action) {
    case 'power-on':
      await power(name, 'on')
      return
    case 'power-off':
      await power(name, 'off')
      return
    case 'power-reset':
      await power(name, 'reset')
      return
    case 'arm':
      await arm(name, ARM_MS)
      return
    case 'reinstall':
    case 'retry':
    case 'approve':
      await act(name, action)
  }
}
