import { decodeEntityPrivileges, hasPrivilegeOnEntities } from '../../../codec/vim25/privilege-calls.ts'
import { type ManagedObject, referenceKey } from '../../../codec/vim25/reference.ts'
import type { VimClient } from '../client/vim-client.ts'

/** Those of the privileges that the user of the client has on an object; `undefined` where the server does not tell. */
export async function grantedPrivileges(
  client: VimClient,
  object: ManagedObject,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlySet<string> | undefined> {
  const { authorizationManager } = await client.content(signal)
  if (!authorizationManager) return undefined
  const sessionKey = await client.sessionKey(signal)
  const call = hasPrivilegeOnEntities(authorizationManager, [object], sessionKey, ids)
  const options = { doing: `asking for privileges on ${referenceKey(object)}`, repeatable: true }
  return (
    decodeEntityPrivileges(await client.call(call, options, signal)).get(referenceKey(object)) ?? new Set()
  )
}

/** False also where the server does not tell. */
export async function hasPrivilege(
  client: VimClient,
  object: ManagedObject,
  id: string,
  signal: AbortSignal,
): Promise<boolean> {
  return (await grantedPrivileges(client, object, [id], signal))?.has(id) ?? false
}
