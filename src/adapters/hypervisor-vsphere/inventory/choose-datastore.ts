import type { XmlElement } from '../../../codec/soap/xml-element.ts'
import type { PropertySpec } from '../../../codec/vim25/property-calls.ts'
import { type ManagedObject, referenceKey } from '../../../codec/vim25/reference.ts'
import { Failure } from '../../../domain/failure.ts'
import { folderOf, type Site } from './choose-site.ts'
import { ambiguousPlace, entriesBelow, findPlace, matchPlaces, missingPlace } from './find-place.ts'
import { type Entry, type InventoryTree, isSame } from './inventory-tree.ts'
import { type DatastorePlace, PLACE_WORDS } from './placement.ts'

/** Properties by reference (`referenceKey`). */
export type Facts = ReadonlyMap<string, ReadonlyMap<string, XmlElement>>

export const DATASTORE_PROPERTIES: PropertySpec = {
  type: 'Datastore',
  paths: ['summary.freeSpace', 'summary.capacity', 'summary.accessible', 'summary.maintenanceMode'],
}

/** A datastore cluster is a folder of datastores. */
const CLUSTER = 'StoragePod'

/**
 * The datastore that is wanted, or the only usable one, among those that the site sees; of a datastore cluster the
 * member with most room. Failure `usage.invalid`, `driver.refused` when nothing in the cluster can be used.
 */
export function chooseDatastore(
  tree: InventoryTree,
  site: Site,
  seen: readonly ManagedObject[],
  facts: Facts,
  wanted: string | undefined,
): { readonly datastore: DatastorePlace; readonly filledIn: readonly string[] } {
  const top = folderOf(site.datacenter, 'datastoreFolder')
  const all = entriesBelow(tree, top, ['Datastore', CLUSTER])
  const isSeen = (entry: Entry): boolean =>
    entry.ref.type === CLUSTER
      ? all.some(({ ref, parent }) => parent && isSame(parent, entry.ref) && hasReference(seen, ref))
      : hasReference(seen, entry.ref)
  const candidates = all.filter(isSeen)
  const placeOf = (entry: Entry) => datastorePlace(tree, entry, facts)
  const membersOf = (pod: Entry) =>
    candidates.filter(({ parent }) => parent && isSame(parent, pod.ref)).map(placeOf)
  const resolve = (entry: Entry) =>
    entry.ref.type === CLUSTER ? mostRoom(tree.pathOf(entry), membersOf(entry)) : placeOf(entry)

  if (wanted !== undefined) {
    const visible = candidates.length > 0 ? candidates : all
    const found = findPlace(tree, 'datastore', preferSeen(tree, all, visible, top, wanted), top, wanted)
    if (isSeen(found)) return { datastore: resolve(found), filledIn: [] }
    const where = tree.pathOf(site.host ?? site.compute)
    const why = `${PLACE_WORDS.datastore} ${tree.pathOf(found)} is not connected to ${where}`
    throw missingPlace(tree, 'datastore', candidates, why, wanted)
  }
  const choices = candidates.filter((entry) => {
    const isMember = candidates.some(({ ref }) => entry.parent && isSame(ref, entry.parent))
    return !isMember && (entry.ref.type === CLUSTER || isUsable(placeOf(entry)))
  })
  const [only] = choices
  if (!only) {
    const where = tree.pathOf(site.host ?? site.compute)
    throw new Failure('driver.refused', `${where} has no datastore that is accessible and not in maintenance`)
  }
  if (choices.length > 1) throw ambiguousPlace(tree, 'datastore', choices, `there are ${choices.length}`)
  const datastore = resolve(only)
  return { datastore, filledIn: [`${PLACE_WORDS.datastore} ${datastore.name}`] }
}

/** Of several of that name the ones that the site sees. */
function preferSeen(
  tree: InventoryTree,
  all: readonly Entry[],
  seen: readonly Entry[],
  top: ManagedObject | undefined,
  text: string,
): readonly Entry[] {
  return matchPlaces(tree, seen, top, text).length > 0 ? seen : all
}

function mostRoom(pod: string, members: readonly DatastorePlace[]): DatastorePlace {
  const [best] = members.filter(isUsable).toSorted((a, b) => b.freeBytes - a.freeBytes)
  if (best) return best
  throw new Failure(
    'driver.refused',
    `datastore cluster ${pod} has no member that is accessible from there and not in maintenance`,
  )
}

function isUsable({ accessible, inMaintenance }: DatastorePlace): boolean {
  return accessible && !inMaintenance
}

function datastorePlace(tree: InventoryTree, entry: Entry, facts: Facts): DatastorePlace {
  const properties = facts.get(referenceKey(entry.ref))
  const bytes = (name: string): number => Number(properties?.get(name)?.text ?? 0) || 0
  return {
    ...tree.placeOf(entry),
    freeBytes: bytes('summary.freeSpace'),
    capacityBytes: bytes('summary.capacity'),
    accessible: properties?.get('summary.accessible')?.text === 'true',
    // Hosts that stand alone do not say.
    inMaintenance: (properties?.get('summary.maintenanceMode')?.text ?? 'normal') !== 'normal',
  }
}

export function hasReference(list: readonly ManagedObject[], ref: ManagedObject): boolean {
  return list.some((one) => isSame(one, ref))
}
