import { element } from '../soap/render-xml.ts'
import { childrenOf, textOf, type XmlElement } from '../soap/xml-element.ts'
import { type VimCall, vimCall } from './call.ts'
import { decodeReference, type ManagedObject, referenceKey, referenceNode } from './reference.ts'

/** Whether the user of a session has privileges on objects. */
export function hasPrivilegeOnEntities(
  authorizationManager: ManagedObject,
  entities: readonly ManagedObject[],
  sessionKey: string,
  privileges: readonly string[],
): VimCall {
  return vimCall(
    'HasPrivilegeOnEntities',
    authorizationManager,
    ...entities.map((entity) => referenceNode('entity', entity)),
    element('sessionId', sessionKey),
    ...privileges.map((privilege) => element('privId', privilege)),
  )
}

/** Privileges that are granted, by `referenceKey` of the object. Failure `packet.malformed`. */
export function decodeEntityPrivileges(answer: XmlElement): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(
    childrenOf(answer, 'returnval').map((found) => {
      const granted = childrenOf(found, 'privAvailability').flatMap((one) => {
        const id = textOf(one, 'privId')
        return id !== undefined && textOf(one, 'isGranted') === 'true' ? [id] : []
      })
      const entity = decodeReference(childrenOf(found, 'entity')[0])
      return [referenceKey(entity), new Set(granted)] as const
    }),
  )
}
