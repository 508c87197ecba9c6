import { send } from '../../api/client.ts'
import { ABOUT, type Action } from './host-actions.ts'

/** Does it to one host. Failure: `ApiProblem`, in the server's words. */
export async function sendAction(action: Action, name: string): Promise<void> {
  const { path, body } = ABOUT[action]
  await send('POST', `/hosts/${encodeURIComponent(name)}/${path}`, body)
}
