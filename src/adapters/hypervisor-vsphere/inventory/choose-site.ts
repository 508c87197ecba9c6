import { parseInventoryPath } from '../../../codec/vim25/inventory-path.ts'
import { type ManagedObject, readReference } from '../../../codec/vim25/reference.ts'
import { Failure } from '../../../domain/failure.ts'
import { ambiguousPlace, entriesBelow, findPlace, matchPlaces } from './find-place.ts'
import type { Entry, InventoryTree } from './inventory-tree.ts'
import { PLACE_WORDS, type WantedPlaces } from './placement.ts'

/** What runs machines, and the folder they are listed in. */
export interface Site {
  readonly datacenter: Entry
  readonly folder: Entry
  readonly compute: Entry
  readonly pool: Entry
  readonly host: Entry | undefined
  readonly filledIn: readonly string[]
}

const COMPUTE = ['ComputeResource', 'ClusterComputeResource']
const POOLS = ['ResourcePool', 'VirtualApp']

/** Decides by what is wanted and what there is one of. Failure `usage.invalid` with the choices otherwise. */
export function chooseSite(tree: InventoryTree, wanted: WantedPlaces): Site {
  const filledIn: string[] = []
  const datacenter = chooseDatacenter(tree, wanted, filledIn)
  const vmFolder = folderOf(datacenter, 'vmFolder')
  const folders = entriesBelow(tree, vmFolder, ['Folder'])
  const folder =
    wanted.folder === undefined
      ? requireEntry(tree, vmFolder, `the folder of machines of ${datacenter.name}`)
      : findPlace(tree, 'folder', folders, vmFolder, wanted.folder)
  return { datacenter, folder, ...chooseCompute(tree, datacenter, wanted, filledIn), filledIn }
}

/** The same with the only host of its cluster. Failure `usage.invalid` with the hosts where there are several. */
export function withHost(tree: InventoryTree, site: Site): Site {
  const hosts = entriesBelow(tree, site.compute.ref, ['HostSystem'])
  const [only] = hosts
  if (!only || hosts.length > 1) {
    const why = `${site.compute.name} has ${hosts.length}, and no DRS that places machines`
    throw ambiguousPlace(tree, 'host', hosts, why)
  }
  return { ...site, host: only, filledIn: [...site.filledIn, `${PLACE_WORDS.host} ${only.name}`] }
}

/** The folder of one kind of objects in a data centre. */
export function folderOf(
  datacenter: Entry,
  kind: 'vmFolder' | 'hostFolder' | 'datastoreFolder' | 'networkFolder',
): ManagedObject | undefined {
  return readReference(datacenter.properties.get(kind))
}

/** By name or path, by the path of anything in it, or the only one. */
export function chooseDatacenter(tree: InventoryTree, wanted: WantedPlaces, filledIn: string[]): Entry {
  const all = entriesBelow(tree, tree.root, ['Datacenter'])
  if (wanted.datacenter !== undefined) return findPlace(tree, 'datacenter', all, tree.root, wanted.datacenter)
  const paths = Object.values(wanted).map(parseInventoryPath)
  // Whoever names a place by its whole path has named the data centre.
  const named = all.filter((entry) => {
    const names = tree.namesBelow(entry, tree.root) ?? []
    return paths.some((path) => path.absolute && names.every((name, at) => name === path.names[at]))
  })
  const [only] = named.length > 0 ? named : all
  if (only && (named.length === 1 || all.length === 1)) {
    if (named.length === 0) filledIn.push(`${PLACE_WORDS.datacenter} ${only.name}`)
    return only
  }
  if (only) throw ambiguousPlace(tree, 'datacenter', named.length > 0 ? named : all, 'there are several')
  throw new Failure(
    'usage.invalid',
    'there is no data centre that this user may see; the role needs System.View',
  )
}

function chooseCompute(
  tree: InventoryTree,
  datacenter: Entry,
  wanted: WantedPlaces,
  filledIn: string[],
): Pick<Site, 'compute' | 'pool' | 'host'> {
  const top = folderOf(datacenter, 'hostFolder')
  const all = entriesBelow(tree, top, COMPUTE)
  const cluster =
    wanted.cluster === undefined ? undefined : findPlace(tree, 'cluster', all, top, wanted.cluster)
  const within = (entries: readonly Entry[]) => {
    const inside = entries.filter((entry) => cluster && tree.namesBelow(entry, cluster.ref))
    return inside.length > 0 ? inside : entries
  }
  const pools = entriesBelow(tree, top, POOLS)
  const pool =
    wanted.pool === undefined
      ? undefined
      : findPlace(
          tree,
          'pool',
          narrowed(matchPlaces(tree, pools, top, wanted.pool), pools, within),
          top,
          wanted.pool,
        )
  const hosts = entriesBelow(tree, top, ['HostSystem'])
  const host =
    wanted.host === undefined ? undefined : findHost(tree, { hosts, all, top, text: wanted.host, within })
  const compute = computeOf(tree, pool ?? host) ?? cluster ?? onlyCompute(tree, datacenter, all, filledIn)
  if (host && computeOf(tree, host) !== compute) throw contradiction(tree, host, compute)
  if (host && cluster && compute !== cluster) throw contradiction(tree, host, cluster)
  const rootPool = readReference(compute.properties.get('resourcePool'))
  return {
    compute,
    host,
    pool: pool ?? requireEntry(tree, rootPool, `the root resource pool of ${compute.name}`),
  }
}

/** The matches in the chosen cluster, where several have the name; all entries when nothing matches. */
function narrowed(
  matches: readonly Entry[],
  entries: readonly Entry[],
  within: (entries: readonly Entry[]) => readonly Entry[],
): readonly Entry[] {
  return matches.length > 1 ? within(matches) : entries
}

/** A host that stands alone is also meant by the compute resource around it, which has its name. */
function findHost(
  tree: InventoryTree,
  search: {
    readonly hosts: readonly Entry[]
    readonly all: readonly Entry[]
    readonly top: ManagedObject | undefined
    readonly text: string
    readonly within: (entries: readonly Entry[]) => readonly Entry[]
  },
): Entry {
  const { hosts, all, top, text, within } = search
  const matches = matchPlaces(tree, hosts, top, text)
  if (matches.length === 0) {
    const [around, ...more] = matchPlaces(tree, all, top, text).filter(
      ({ ref }) => ref.type === 'ComputeResource',
    )
    const inside = around && more.length === 0 ? entriesBelow(tree, around.ref, ['HostSystem']) : []
    if (inside[0] && inside.length === 1) return inside[0]
  }
  return findPlace(tree, 'host', narrowed(matches, hosts, within), top, text)
}

function onlyCompute(
  tree: InventoryTree,
  datacenter: Entry,
  all: readonly Entry[],
  filledIn: string[],
): Entry {
  const [only, ...more] = all
  if (!only) {
    throw new Failure(
      'usage.invalid',
      `there is no cluster or host in ${datacenter.name} that this user may see`,
    )
  }
  if (more.length > 0) throw ambiguousPlace(tree, 'cluster', all, `${datacenter.name} has ${all.length}`)
  filledIn.push(
    `${only.ref.type === 'ClusterComputeResource' ? PLACE_WORDS.cluster : PLACE_WORDS.host} ${only.name}`,
  )
  return only
}

function computeOf(tree: InventoryTree, entry: Entry | undefined): Entry | undefined {
  return entry && tree.lineOf(entry).find(({ ref }) => COMPUTE.includes(ref.type))
}

function contradiction(tree: InventoryTree, host: Entry, compute: Entry): Failure {
  return new Failure(
    'usage.invalid',
    `host ${tree.pathOf(host)} is not in ${tree.pathOf(compute)}: give one of them, or a pair that fits`,
  )
}

function requireEntry(tree: InventoryTree, ref: ManagedObject | undefined, what: string): Entry {
  const entry = tree.get(ref)
  if (entry) return entry
  throw new Failure(
    'driver.forbidden',
    `this user may not see ${what}: their role needs System.View and System.Read there`,
  )
}
