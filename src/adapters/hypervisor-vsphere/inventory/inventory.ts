import type { PropertySpec } from '../../../codec/vim25/property-calls.ts'
import { type ManagedObject, readReferences, referenceKey } from '../../../codec/vim25/reference.ts'
import { isFailure } from '../../../domain/failure.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { VimClient } from '../client/vim-client.ts'
import { chooseDatastore, DATASTORE_PROPERTIES, type Facts } from './choose-datastore.ts'
import { chooseNetwork, NETWORK_PROPERTIES, networkBacking, switchOf } from './choose-network.ts'
import { chooseSite, type Site, withHost } from './choose-site.ts'
import { createInventoryTree, type InventoryTree } from './inventory-tree.ts'
import type { Placement, WantedPlaces } from './placement.ts'
import { createSharedAnswers } from './shared-answers.ts'

/** Names and places of one server, remembered for a while. */
export interface Inventory {
  /**
   * Where a machine goes that wants these places: what is missing is filled in where there is one choice. Failure
   * `usage.invalid` with the choices otherwise.
   */
  resolvePlacement(wanted: WantedPlaces, signal: AbortSignal): Promise<Placement>
  /** Inventory path for messages; the reference itself for what is not there or may not be seen. */
  inventoryPathOf(ref: ManagedObject, signal: AbortSignal): Promise<string>
  /** What the inventory has at the moment. */
  tree(signal: AbortSignal): Promise<InventoryTree>
  /** Asks anew from now on: something that was in it is gone (`ManagedObjectNotFound`). */
  forget(): void
}

/** Inventories change by hand, and datastores fill up; two hundred machines are made faster than that. */
const REMEMBERED_MS = 60_000
/** What was not found is looked for again, but not for each of two hundred machines. */
const RETRY_AFTER_MS = 5000

const NAMED: readonly PropertySpec[] = [
  { type: 'Datacenter', paths: ['vmFolder', 'hostFolder', 'datastoreFolder', 'networkFolder'] },
  { type: 'ComputeResource', paths: ['resourcePool'] },
  { type: 'ClusterComputeResource', paths: ['resourcePool'] },
  ...['Folder', 'StoragePod', 'HostSystem', 'ResourcePool', 'VirtualApp', 'Datastore'].map(named),
  ...['Network', 'DistributedVirtualPortgroup', 'OpaqueNetwork'].map(named),
].map(({ type, paths }) => ({ type, paths: ['name', 'parent', ...paths] }))

/** Of old, but told by every version; what replaced it is the whole configuration of the cluster. */
const DRS = 'configuration.drsConfig.enabled'

/** Reads through the client when first asked; all who ask at the same time share one answer. */
export function createInventory(client: VimClient, clock: Clock): Inventory {
  const answers = createSharedAnswers({ clock, keptMs: REMEMBERED_MS })

  const tree = (signal: AbortSignal) =>
    answers.get('tree', (shared) => readTree(client, shared), signal) as Promise<InventoryTree>

  async function resolve(wanted: WantedPlaces, signal: AbortSignal): Promise<Placement> {
    const names = await tree(signal)
    const key = JSON.stringify(Object.entries(wanted).toSorted())
    return await answers.get(key, (shared) => readPlacement(client, names, wanted, shared), signal)
  }

  return {
    tree,
    forget: () => answers.forget(),
    resolvePlacement: async (wanted, signal) => {
      const asked = clock.now()
      try {
        return await resolve(wanted, signal)
      } catch (error) {
        const since = answers.since('tree')
        const isOld = since !== undefined && asked - since >= RETRY_AFTER_MS
        if (!isOld || !isFailure(error, 'usage.invalid', 'driver.refused')) throw error
        answers.forget()
        return await resolve(wanted, signal)
      }
    },
    inventoryPathOf: async (ref, signal) => {
      const names = await tree(signal)
      const entry = names.get(ref)
      return entry ? names.pathOf(entry) : referenceKey(ref)
    },
  }
}

async function readTree(client: VimClient, signal: AbortSignal): Promise<InventoryTree> {
  const { rootFolder } = await client.content(signal)
  return createInventoryTree(rootFolder, await client.retrieveBelow(rootFolder, NAMED, signal))
}

async function readPlacement(
  client: VimClient,
  tree: InventoryTree,
  wanted: WantedPlaces,
  signal: AbortSignal,
): Promise<Placement> {
  const site = await requireHost(client, tree, chooseSite(tree, wanted), signal)
  const seen = await readSeen(client, site, signal)
  const [stores, networks] = await Promise.all([
    readFacts(client, [DATASTORE_PROPERTIES], seen.datastores, signal),
    readFacts(client, NETWORK_PROPERTIES, seen.networks, signal),
  ])
  const { datastore, filledIn } = chooseDatastore(tree, site, seen.datastores, stores, wanted.datastore)
  const chosen = chooseNetwork(tree, site, seen.networks, networks, wanted.network)
  const uuid = await readSwitchUuid(client, switchOf(chosen.network, networks), signal)
  return {
    datacenter: tree.placeOf(site.datacenter),
    folder: tree.placeOf(site.folder),
    compute: { ...tree.placeOf(site.compute), isCluster: site.compute.ref.type === 'ClusterComputeResource' },
    pool: tree.placeOf(site.pool),
    host: site.host && tree.placeOf(site.host),
    datastore,
    network: { ...tree.placeOf(chosen.network), backing: networkBacking(chosen.network, networks, uuid) },
    filledIn: [...site.filledIn, ...filledIn, ...chosen.filledIn],
  }
}

/** A cluster that does not place machines by itself (DRS) has to be told a host. */
async function requireHost(
  client: VimClient,
  tree: InventoryTree,
  site: Site,
  signal: AbortSignal,
): Promise<Site> {
  const { ref } = site.compute
  if (site.host || ref.type !== 'ClusterComputeResource') return site
  const facts = await readFacts(client, [{ type: ref.type, paths: [DRS] }], [ref], signal)
  const places = facts.get(referenceKey(ref))?.get(DRS)?.text !== 'false'
  return places ? site : withHost(tree, site)
}

/** Datastores and networks of the host, or of all hosts of the cluster. */
async function readSeen(
  client: VimClient,
  { compute, host }: Site,
  signal: AbortSignal,
): Promise<{ readonly datastores: readonly ManagedObject[]; readonly networks: readonly ManagedObject[] }> {
  const { ref } = host ?? compute
  const facts = await readFacts(client, [{ type: ref.type, paths: ['datastore', 'network'] }], [ref], signal)
  const properties = facts.get(referenceKey(ref))
  return {
    datastores: readReferences(properties?.get('datastore')),
    networks: readReferences(properties?.get('network')),
  }
}

async function readSwitchUuid(
  client: VimClient,
  ref: ManagedObject | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (!ref) return undefined
  const facts = await readFacts(client, [{ type: ref.type, paths: ['uuid'] }], [ref], signal)
  return facts.get(referenceKey(ref))?.get('uuid')?.text
}

async function readFacts(
  client: VimClient,
  specs: readonly PropertySpec[],
  objects: readonly ManagedObject[],
  signal: AbortSignal,
): Promise<Facts> {
  const asked = objects.filter(({ type }) => specs.some((spec) => spec.type === type))
  const types = new Set(asked.map(({ type }) => type))
  // A server refuses to be asked for types that no object has.
  const found = await client.retrieve(
    specs.filter(({ type }) => types.has(type)),
    asked,
    signal,
  )
  return new Map(found.map(({ object, properties }) => [referenceKey(object), properties]))
}

function named(type: string): PropertySpec {
  return { type, paths: [] }
}
