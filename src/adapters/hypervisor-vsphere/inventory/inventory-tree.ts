import type { XmlElement } from '../../../codec/soap/xml-element.ts'
import { decodeName, formatInventoryPath } from '../../../codec/vim25/inventory-path.ts'
import type { ObjectProperties } from '../../../codec/vim25/property-calls.ts'
import { type ManagedObject, readReference, referenceKey } from '../../../codec/vim25/reference.ts'
import type { Place } from './placement.ts'

/** Folders inside each other are fewer; a server that says otherwise is not followed for ever. */
const MAX_DEPTH = 64

/** One object of the inventory with the properties that were asked for. */
export interface Entry {
  readonly ref: ManagedObject
  readonly name: string
  readonly parent: ManagedObject | undefined
  readonly properties: ReadonlyMap<string, XmlElement>
}

/** Names of the inventory and what stands in what, as they were at one moment. */
export interface InventoryTree {
  readonly root: ManagedObject
  readonly entries: readonly Entry[]
  get(ref: ManagedObject | undefined): Entry | undefined
  /** From the entry itself up to the last that is known, the root left out. */
  lineOf(entry: Entry): readonly Entry[]
  /** Names from below `top` to the entry; `undefined` when it is not below. Empty for `top` itself. */
  namesBelow(entry: Entry, top: ManagedObject): readonly string[] | undefined
  placeOf(entry: Entry): Place
  pathOf(entry: Entry): string
}

/** Of the properties `name` and `parent` of all objects below `root`. */
export function createInventoryTree(
  root: ManagedObject,
  objects: readonly ObjectProperties[],
): InventoryTree {
  const entries = objects.map(
    ({ object, properties }): Entry => ({
      ref: object,
      name: decodeName(properties.get('name')?.text ?? object.id),
      parent: readReference(properties.get('parent')),
      properties,
    }),
  )
  const byKey = new Map(entries.map((entry) => [referenceKey(entry.ref), entry]))
  const get = (ref: ManagedObject | undefined) => ref && byKey.get(referenceKey(ref))

  function lineOf(entry: Entry): readonly Entry[] {
    const line: Entry[] = []
    for (let at: Entry | undefined = entry; at && line.length < MAX_DEPTH; at = get(at.parent)) line.push(at)
    return line
  }

  function namesBelow(entry: Entry, top: ManagedObject): readonly string[] | undefined {
    const line = lineOf(entry)
    const end = isSame(top, root) ? line.length : line.findIndex(({ ref }) => isSame(ref, top))
    return end < 0
      ? undefined
      : line
          .slice(0, end)
          .map(({ name }) => name)
          .reverse()
  }

  const pathOf = (entry: Entry): string =>
    formatInventoryPath({ absolute: true, names: namesBelow(entry, root) ?? [entry.name] })
  return {
    root,
    entries,
    get,
    lineOf,
    namesBelow,
    pathOf,
    placeOf: (entry) => ({ ref: entry.ref, name: entry.name, path: pathOf(entry) }),
  }
}

export function isSame(a: ManagedObject, b: ManagedObject): boolean {
  return a.type === b.type && a.id === b.id
}
