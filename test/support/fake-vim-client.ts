import type { VimClient } from '../../src/adapters/hypervisor-vsphere/client/vim-client.ts'
import type { XmlElement } from '../../src/codec/soap/xml-element.ts'
import type { VimCall } from '../../src/codec/vim25/call.ts'
import type { ObjectProperties, PropertySpec } from '../../src/codec/vim25/property-calls.ts'
import type { ManagedObject } from '../../src/codec/vim25/reference.ts'

/** A property: text, a reference, references, or an element as it is. */
export type FakeValue = string | ManagedObject | readonly ManagedObject[] | XmlElement

export interface FakeObject {
  readonly ref: ManagedObject
  readonly properties: Readonly<Record<string, FakeValue>>
}

/** Says what it was asked for; objects can be changed at any time. */
export interface FakeVimClient extends VimClient {
  readonly objects: FakeObject[]
  /** Names of the methods called, and `retrieve` and `retrieveBelow`. */
  readonly asked: string[]
  readonly calls: VimCall[]
}

export const ROOT: ManagedObject = { type: 'Folder', id: 'group-d1' }

/** A vCenter in memory: properties of objects, and answers to methods. */
export function createFakeVimClient(
  objects: FakeObject[],
  answers: Readonly<Record<string, (call: VimCall) => XmlElement>> = {},
): FakeVimClient {
  const asked: string[] = []
  const calls: VimCall[] = []
  const part = (type: string): ManagedObject => ({ type, id: type })
  const read = (specs: readonly PropertySpec[], { ref, properties }: FakeObject): ObjectProperties => {
    const paths = specs.filter(({ type }) => type === ref.type).flatMap((spec) => spec.paths)
    const found = paths.flatMap((path): [string, XmlElement][] => {
      const value = properties[path]
      return value === undefined ? [] : [[path, toElement(value)]]
    })
    return { object: ref, properties: new Map(found) }
  }
  const perform = async (call: VimCall): Promise<XmlElement> => {
    asked.push(call.method)
    calls.push(call)
    return answers[call.method]?.(call) ?? anElement('answer')
  }
  const unexpected = (): never => {
    throw new Error('not in this fake')
  }
  return {
    objects,
    asked,
    calls,
    address: 'vc.example:443',
    localAddress: () => '192.0.2.10',
    content: async () => ({
      fullName: 'VMware vCenter Server 8.0.2 build-1',
      version: '8.0.2',
      standalone: false,
      rootFolder: ROOT,
      sessionManager: part('SessionManager'),
      propertyCollector: part('PropertyCollector'),
      viewManager: part('ViewManager'),
      searchIndex: part('SearchIndex'),
      fileManager: part('FileManager'),
      authorizationManager: part('AuthorizationManager'),
    }),
    sessionKey: async () => 'session-1',
    call: perform,
    runTask: perform,
    retrieve: async (specs, refs) => {
      if (refs.length === 0) return []
      asked.push('retrieve')
      const wanted = objects.filter(({ ref }) =>
        refs.some(({ id, type }) => id === ref.id && type === ref.type),
      )
      return wanted.map((object) => read(specs, object))
    },
    retrieveBelow: async (_, specs) => {
      asked.push('retrieveBelow')
      const types = new Set(specs.map(({ type }) => type))
      return objects.filter(({ ref }) => types.has(ref.type)).map((object) => read(specs, object))
    },
    watch: unexpected,
    transfers: { upload: unexpected, download: unexpected, size: unexpected } as never,
    [Symbol.asyncDispose]: async () => undefined,
  }
}

/** An element as the server would have sent it. */
export function anElement(
  name: string,
  content: string | readonly XmlElement[] = [],
  about: { readonly type?: string; readonly attributes?: Readonly<Record<string, string>> } = {},
): XmlElement {
  return {
    name,
    namespace: 'urn:vim25',
    attributes: about.attributes ?? {},
    children: typeof content === 'string' ? [] : content,
    text: typeof content === 'string' ? content : '',
    ...(about.type === undefined ? {} : { type: about.type }),
  }
}

function toElement(value: FakeValue): XmlElement {
  if (typeof value === 'string') return anElement('val', value)
  if (Array.isArray(value))
    return anElement(
      'val',
      value.map((ref) => reference('ManagedObjectReference', ref)),
    )
  return 'children' in value ? value : reference('val', value as ManagedObject)
}

function reference(name: string, { type, id }: ManagedObject): XmlElement {
  return anElement(name, id, { attributes: { type } })
}
