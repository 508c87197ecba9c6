import { Failure } from '../../domain/failure.ts'
import { element } from '../soap/render-xml.ts'
import { childOf, textOf, type XmlElement } from '../soap/xml-element.ts'
import { type VimCall, vimCall } from './call.ts'
import { decodeReference, type ManagedObject, readReference, referenceNode } from './reference.ts'

/** The one object whose reference needs not be asked for. */
const SERVICE_INSTANCE: ManagedObject = { type: 'ServiceInstance', id: 'ServiceInstance' }

/** What a server is and where its parts are (`ServiceContent`). */
export interface ServiceContent {
  /** `VMware vCenter Server 8.0.2 build-22617221`. */
  readonly fullName: string
  readonly version: string
  /** True for a host that stands alone, false for a vCenter. */
  readonly standalone: boolean
  readonly rootFolder: ManagedObject
  readonly sessionManager: ManagedObject
  readonly propertyCollector: ManagedObject
  readonly viewManager: ManagedObject
  readonly searchIndex: ManagedObject
  readonly fileManager: ManagedObject
  readonly authorizationManager: ManagedObject | undefined
}

/** Needs no session. */
export const retrieveServiceContent: VimCall = vimCall('RetrieveServiceContent', SERVICE_INSTANCE)

/** Failure `packet.malformed`. */
export function decodeServiceContent(answer: XmlElement): ServiceContent {
  const content = childOf(answer, 'returnval')
  const about = childOf(content, 'about')
  const part = (name: string): ManagedObject => decodeReference(childOf(content, name))
  return {
    fullName: textOf(about, 'fullName') ?? textOf(about, 'name') ?? 'vSphere',
    version: textOf(about, 'version') ?? '',
    standalone: textOf(about, 'apiType') === 'HostAgent',
    rootFolder: part('rootFolder'),
    sessionManager: part('sessionManager'),
    propertyCollector: part('propertyCollector'),
    viewManager: part('viewManager'),
    searchIndex: part('searchIndex'),
    fileManager: part('fileManager'),
    authorizationManager: readReference(childOf(content, 'authorizationManager')),
  }
}

export function login(sessionManager: ManagedObject, user: string, password: string): VimCall {
  return vimCall('Login', sessionManager, element('userName', user), element('password', password))
}

/** Key of the session that was opened (`UserSession.key`). Failure `packet.malformed`. */
export function decodeSessionKey(answer: XmlElement): string {
  const key = textOf(childOf(answer, 'returnval'), 'key')
  if (key) return key
  throw new Failure('packet.malformed', 'vSphere: Login answers without the key of a session')
}

/** Cheap, and keeps a session from ending. */
export const currentTime: VimCall = vimCall('CurrentTime', SERVICE_INSTANCE)

export function logout(sessionManager: ManagedObject): VimCall {
  return vimCall('Logout', sessionManager)
}

/** Answers no `returnval` when nothing is there. Names in the path have `/` as `%2f`. */
export function findByInventoryPath(searchIndex: ManagedObject, path: string): VimCall {
  return vimCall('FindByInventoryPath', searchIndex, element('inventoryPath', path))
}

/** Answers no `returnval` when nothing is there. */
export function findChild(searchIndex: ManagedObject, parent: ManagedObject, name: string): VimCall {
  return vimCall('FindChild', searchIndex, referenceNode('entity', parent), element('name', name))
}

/** A virtual machine by its `instanceUuid`; answers no `returnval` when there is none. */
export function findByInstanceUuid(searchIndex: ManagedObject, uuid: string): VimCall {
  return vimCall(
    'FindByUuid',
    searchIndex,
    element('uuid', uuid),
    element('vmSearch', true),
    element('instanceUuid', true),
  )
}

/** A reference that may be missing from an answer. */
export function readFound(answer: XmlElement): ManagedObject | undefined {
  return readReference(childOf(answer, 'returnval'))
}

/** Milliseconds since the epoch; `undefined` when the answer is no time. */
export function readTime(answer: XmlElement): number | undefined {
  const time = Date.parse(textOf(answer, 'returnval') ?? '')
  return Number.isNaN(time) ? undefined : time
}
