import { element, type XmlNode } from '../soap/render-xml.ts'
import { childOf, childrenOf, textOf, type XmlElement } from '../soap/xml-element.ts'
import { type VimCall, vimCall } from './call.ts'
import { decodeReference, type ManagedObject, readReferences, referenceNode } from './reference.ts'

/** Properties of one object by path; what the server did not send is missing. */
export interface ObjectProperties {
  readonly object: ManagedObject
  readonly properties: ReadonlyMap<string, XmlElement>
}

export interface RetrievedPage {
  readonly objects: readonly ObjectProperties[]
  /** There is more, to be asked for with this. */
  readonly token: string | undefined
}

/** What changed about an object since the version before. */
export interface ObjectUpdate {
  readonly object: ManagedObject
  /** False: it is gone, or no longer in the view. */
  readonly present: boolean
  /** It has come into the view: `properties` is all there is. */
  readonly isNew: boolean
  readonly properties: ReadonlyMap<string, XmlElement>
  /** Properties that it no longer has: the address of a guest that is off, say. */
  readonly unset: readonly string[]
}

export interface UpdateSet {
  readonly version: string
  /** There is more to fetch before the set is whole. */
  readonly truncated: boolean
  readonly updates: readonly ObjectUpdate[]
}

/** Properties to send of objects of a type (`PropertySpec`). */
export interface PropertySpec {
  readonly type: string
  readonly paths: readonly string[]
}

/** Properties of given objects. */
export function retrieveProperties(
  collector: ManagedObject,
  specs: readonly PropertySpec[],
  objects: readonly ManagedObject[],
): VimCall {
  return retrieve(
    collector,
    specs,
    objects.map((object) => element('objectSet', [referenceNode('obj', object)])),
  )
}

/** Properties of all objects in a view. */
export function retrieveView(
  collector: ManagedObject,
  specs: readonly PropertySpec[],
  view: ManagedObject,
): VimCall {
  return retrieve(collector, specs, [throughView(view)])
}

/** The next page of an answer. */
export function continueRetrieve(collector: ManagedObject, token: string): VimCall {
  return vimCall('ContinueRetrievePropertiesEx', collector, element('token', token))
}

/** Failure `packet.malformed`. */
export function decodeRetrieved(answer: XmlElement): RetrievedPage {
  const result = childOf(answer, 'returnval')
  return {
    objects: childrenOf(result, 'objects').map((found) => ({
      object: decodeReference(childOf(found, 'obj')),
      properties: readProperties(childrenOf(found, 'propSet')),
    })),
    token: textOf(result, 'token'),
  }
}

/** All objects of these types below a folder, also in folders inside it. */
export function createContainerView(
  viewManager: ManagedObject,
  container: ManagedObject,
  types: readonly string[],
): VimCall {
  return vimCall(
    'CreateContainerView',
    viewManager,
    referenceNode('container', container),
    ...types.map((type) => element('type', type)),
    element('recursive', true),
  )
}

/** A view of objects that are named one by one; empty at first. */
export function createListView(viewManager: ManagedObject): VimCall {
  return vimCall('CreateListView', viewManager)
}

export function modifyListView(
  view: ManagedObject,
  change: { readonly add: readonly ManagedObject[]; readonly remove: readonly ManagedObject[] },
): VimCall {
  return vimCall(
    'ModifyListView',
    view,
    ...change.add.map((object) => referenceNode('add', object)),
    ...change.remove.map((object) => referenceNode('remove', object)),
  )
}

/** Those that were to be added and that the server does not know. */
export function readUnresolved(answer: XmlElement): readonly ManagedObject[] {
  return readReferences(answer, 'returnval')
}

export function destroyView(view: ManagedObject): VimCall {
  return vimCall('DestroyView', view)
}

/** A collector of the session's own, so that its waiting disturbs nobody's. */
export function createPropertyCollector(collector: ManagedObject): VimCall {
  return vimCall('CreatePropertyCollector', collector)
}

export function destroyPropertyCollector(collector: ManagedObject): VimCall {
  return vimCall('DestroyPropertyCollector', collector)
}

/** Has a collector tell of changes of all objects in a view. */
export function createViewFilter(
  collector: ManagedObject,
  specs: readonly PropertySpec[],
  view: ManagedObject,
): VimCall {
  const spec = element('spec', [...specs.map(propertySpec), throughView(view)])
  return vimCall('CreateFilter', collector, spec, element('partialUpdates', false))
}

/** Waits at the server until something changed, at most the given seconds. `version` is empty at first. */
export function waitForUpdates(collector: ManagedObject, version: string, maxWaitSeconds: number): VimCall {
  return vimCall(
    'WaitForUpdatesEx',
    collector,
    element('version', version),
    element('options', [element('maxWaitSeconds', maxWaitSeconds)]),
  )
}

/** `undefined` when nothing changed within the time. Failure `packet.malformed`. */
export function decodeUpdateSet(answer: XmlElement): UpdateSet | undefined {
  const set = childOf(answer, 'returnval')
  if (!set) return undefined
  return {
    version: textOf(set, 'version') ?? '',
    truncated: textOf(set, 'truncated') === 'true',
    updates: childrenOf(set, 'filterSet')
      .flatMap((filter) => childrenOf(filter, 'objectSet'))
      .map((update) => ({
        object: decodeReference(childOf(update, 'obj')),
        present: textOf(update, 'kind') !== 'leave',
        isNew: textOf(update, 'kind') === 'enter',
        properties: readProperties(childrenOf(update, 'changeSet')),
        unset: childrenOf(update, 'changeSet').flatMap((set) =>
          childOf(set, 'val') ? [] : (textOf(set, 'name') ?? []),
        ),
      })),
  }
}

function retrieve(
  collector: ManagedObject,
  specs: readonly PropertySpec[],
  objectSet: readonly XmlNode[],
): VimCall {
  return vimCall(
    'RetrievePropertiesEx',
    collector,
    element('specSet', [...specs.map(propertySpec), ...objectSet]),
    element('options', []),
  )
}

function propertySpec({ type, paths }: PropertySpec): XmlNode {
  return element('propSet', [element('type', type), ...paths.map((path) => element('pathSet', path))])
}

/** The objects of a view, without the view itself. */
function throughView(view: ManagedObject): XmlNode {
  const traversal: XmlNode = {
    name: 'selectSet',
    type: 'TraversalSpec',
    content: [element('type', view.type), element('path', 'view'), element('skip', false)],
  }
  return element('objectSet', [referenceNode('obj', view), element('skip', true), traversal])
}

/** `DynamicProperty` and `PropertyChange` alike. */
function readProperties(sets: readonly XmlElement[]): ReadonlyMap<string, XmlElement> {
  const pairs = sets.flatMap((set): [string, XmlElement][] => {
    const name = textOf(set, 'name')
    const value = childOf(set, 'val')
    return name !== undefined && value ? [[name, value]] : []
  })
  return new Map(pairs)
}
