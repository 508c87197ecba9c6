import { isRefusal } from '../../codec/vim25/fault.ts'
import { decodeEntityPrivileges, hasPrivilegeOnEntities } from '../../codec/vim25/privilege-calls.ts'
import { referenceKey } from '../../codec/vim25/reference.ts'
import type { Finding } from '../../ports/driver-examiner.ts'
import type { Place } from './placement.ts'
import { NEEDED_PRIVILEGES, type NeededPrivilege, type PrivilegeScope } from './privileges.ts'
import type { VimClient } from './vim-client.ts'

/** Each needed privilege by name, where it is needed. */
export async function* examinePrivileges(
  client: VimClient,
  places: Readonly<Record<PrivilegeScope, Place>>,
  user: string,
  signal: AbortSignal,
): AsyncIterable<Finding> {
  const { authorizationManager } = await client.content(signal)
  if (!authorizationManager) {
    yield unknown('this server does not tell')
    return
  }
  for (const [needed, privileges] of Map.groupBy(NEEDED_PRIVILEGES, (privilege) => privilege.on)) {
    const place = places[needed]
    const ids = privileges.map(({ id }) => id)
    const call = hasPrivilegeOnEntities(
      authorizationManager,
      [place.ref],
      await client.sessionKey(signal),
      ids,
    )
    try {
      const options = { doing: `asking for the privileges on ${place.path}`, repeatable: true }
      const granted = decodeEntityPrivileges(await client.call(call, options, signal))
      const here = granted.get(referenceKey(place.ref)) ?? new Set()
      for (const privilege of privileges) yield judge(privilege, place, here.has(privilege.id), user)
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
