import { isRefusal } from '../../../codec/vim25/fault.ts'
import type { Finding } from '../../../ports/driver-examiner.ts'
import type { VimClient } from '../client/vim-client.ts'
import type { Place } from '../inventory/placement.ts'
import { grantedPrivileges } from './has-privilege.ts'
import { NEEDED_PRIVILEGES, type NeededPrivilege, type PrivilegeScope } from './privileges.ts'

/** Each needed privilege by name, where it is needed. */
export async function* examinePrivileges(
  client: VimClient,
  places: Readonly<Record<PrivilegeScope, Place>>,
  user: string,
  signal: AbortSignal,
): AsyncIterable<Finding> {
  for (const [scope, privileges] of Map.groupBy(NEEDED_PRIVILEGES, ({ on }) => on)) {
    const place = places[scope]
    const ids = privileges.map(({ id }) => id)
    try {
      const granted = await grantedPrivileges(client, place.ref, ids, signal)
      if (!granted) {
        yield unknown('this server does not tell')
        return
      }
      for (const privilege of privileges) yield judge(privilege, place, granted.has(privilege.id), user)
    } catch (error) {
      if (!isRefusal(error)) throw error
      yield unknown(error.message)
      if (isRefusal(error, 'MethodNotFound')) return
    }
  }
}

function judge(
  { id, purpose, without }: NeededPrivilege,
  { path }: Place,
  isGranted: boolean,
  user: string,
): Finding {
  const name = `privilege ${id}`
  if (isGranted) return { name, verdict: 'good', detail: `granted on ${path}` }
  return {
    name,
    verdict: without === undefined ? 'bad' : 'warning',
    detail: `${user} does not have it on ${path}; it is needed for ${purpose}${without ? ` (${without})` : ''}`,
    remedy: 'add it to the role of the user there; edgeboot doctor vsphere-role prints the whole role',
  }
}

function unknown(why: string): Finding {
  return { name: 'privileges', verdict: 'warning', detail: `could not be asked for: ${why}` }
}
