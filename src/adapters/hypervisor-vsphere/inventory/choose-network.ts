import { childrenOf, textOf, type XmlElement } from '../../../codec/soap/xml-element.ts'
import type { PropertySpec } from '../../../codec/vim25/property-calls.ts'
import { type ManagedObject, readReference, referenceKey } from '../../../codec/vim25/reference.ts'
import { Failure } from '../../../domain/failure.ts'
import { type Facts, hasReference } from './choose-datastore.ts'
import { folderOf, type Site } from './choose-site.ts'
import { ambiguousPlace, entriesBelow, findPlace, matchPlaces, missingPlace } from './find-place.ts'
import type { Entry, InventoryTree } from './inventory-tree.ts'
import { type NetworkBacking, PLACE_WORDS } from './placement.ts'

const PORT_GROUP = 'DistributedVirtualPortgroup'
const OPAQUE = 'OpaqueNetwork'

/** What tells the kinds of networks apart, and the port groups of machines from those of uplinks. */
export const NETWORK_PROPERTIES: readonly PropertySpec[] = [
  { type: PORT_GROUP, paths: ['key', 'tag', 'config.distributedVirtualSwitch'] },
  { type: OPAQUE, paths: ['summary'] },
]

/** Uplinks of a distributed switch are marked so, and take no machines (vSphere API, Tag). */
const UPLINK_TAG = 'SYSTEM/DVS.UPLINKPG'

/** The network that is wanted, or the only one, among those that the site sees. Failure `usage.invalid`. */
export function chooseNetwork(
  tree: InventoryTree,
  site: Site,
  seen: readonly ManagedObject[],
  facts: Facts,
  wanted: string | undefined,
): { readonly network: Entry; readonly filledIn: readonly string[] } {
  const top = folderOf(site.datacenter, 'networkFolder')
  const all = entriesBelow(tree, top, ['Network', PORT_GROUP, OPAQUE])
  const candidates = all.filter(
    ({ ref }) => hasReference(seen, ref) && !isUplink(facts.get(referenceKey(ref))),
  )
  if (wanted !== undefined && wanted !== '') {
    const isThere = matchPlaces(tree, candidates, top, wanted).length > 0
    if (isThere) return { network: findPlace(tree, 'network', candidates, top, wanted), filledIn: [] }
    const elsewhere = matchPlaces(tree, all, top, wanted).length > 0
    const where = tree.pathOf(site.host ?? site.compute)
    const why = elsewhere
      ? `no machine of ${where} can be connected to ${PLACE_WORDS.network} ${wanted}`
      : `there is no ${PLACE_WORDS.network} ${wanted}`
    throw missingPlace(tree, 'network', candidates, why, wanted)
  }
  const [only, ...more] = candidates
  if (only && more.length === 0) {
    return { network: only, filledIn: [`${PLACE_WORDS.network} ${only.name}`] }
  }
  if (only) throw ambiguousPlace(tree, 'network', candidates, `there are ${candidates.length}`)
  throw new Failure('driver.refused', `${tree.pathOf(site.host ?? site.compute)} has no network for machines`)
}

/** The switch whose uuid has to be asked for, of a distributed port group. */
export function switchOf(network: Entry, facts: Facts): ManagedObject | undefined {
  return readReference(facts.get(referenceKey(network.ref))?.get('config.distributedVirtualSwitch'))
}

/** How a card is connected to it. Failure `driver.forbidden` when the user may not see enough of it. */
export function networkBacking(network: Entry, facts: Facts, switchUuid: string | undefined): NetworkBacking {
  const properties = facts.get(referenceKey(network.ref))
  if (network.ref.type === PORT_GROUP) {
    const portgroupKey = properties?.get('key')?.text
    if (portgroupKey && switchUuid) return { kind: 'distributed', portgroupKey, switchUuid }
    throw new Failure(
      'driver.forbidden',
      `this user may not see the distributed switch of ${network.name}: their role needs System.Read on it`,
    )
  }
  if (network.ref.type !== OPAQUE) return { kind: 'standard', name: network.name }
  const summary = properties?.get('summary')
  return {
    kind: 'opaque',
    networkId: textOf(summary, 'opaqueNetworkId') ?? '',
    networkType: textOf(summary, 'opaqueNetworkType') ?? '',
  }
}

function isUplink(properties: ReadonlyMap<string, XmlElement> | undefined): boolean {
  return childrenOf(properties?.get('tag'), 'Tag').some((tag) => textOf(tag, 'key') === UPLINK_TAG)
}
