import type { ManagedObject } from '../../../codec/vim25/reference.ts'
import type { VsphereDefaults, VspherePlaceKind } from '../settings/vsphere-settings.ts'

/** Names or inventory paths of the places that somebody chose. */
export type WantedPlaces = VsphereDefaults

/** Something of the inventory. */
export interface Place {
  readonly ref: ManagedObject
  /** As people read it, without escapes. */
  readonly name: string
  /** Inventory path: `/DC0/host/DC0_C0/Resources`. */
  readonly path: string
}

export interface DatastorePlace extends Place {
  readonly freeBytes: number
  readonly capacityBytes: number
  /** False where no host that matters reaches it at the moment. */
  readonly accessible: boolean
  readonly inMaintenance: boolean
}

/** What a network card of a machine is connected to. */
export type NetworkBacking =
  | { readonly kind: 'standard'; readonly name: string }
  | { readonly kind: 'distributed'; readonly portgroupKey: string; readonly switchUuid: string }
  | { readonly kind: 'opaque'; readonly networkId: string; readonly networkType: string }

export interface NetworkPlace extends Place {
  readonly backing: NetworkBacking
}

/** Where a machine goes. */
export interface Placement {
  readonly datacenter: Place
  readonly folder: Place
  /** The cluster, or the host that stands alone, whose resources are used. */
  readonly compute: Place & { readonly isCluster: boolean }
  readonly pool: Place
  /** Only where one was chosen; otherwise the cluster chooses. */
  readonly host: Place | undefined
  readonly datastore: DatastorePlace
  readonly network: NetworkPlace
  /** What nobody chose and there was one of: `data centre DC0`. */
  readonly filledIn: readonly string[]
}

/**
 * The places of a machine, and for those it does not name the defaults. A cluster, host or pool of its own is not
 * mixed with a default of the other two: they would contradict each other.
 */
export function mergePlaces(defaults: WantedPlaces, own: WantedPlaces): WantedPlaces {
  const choosesCompute = own.cluster !== undefined || own.host !== undefined || own.pool !== undefined
  if (!choosesCompute) return { ...defaults, ...own }
  const { cluster: _cluster, host: _host, pool: _pool, ...others } = defaults
  return { ...others, ...own }
}

/** How people call a place of that kind. */
export const PLACE_WORDS: Readonly<Record<VspherePlaceKind, string>> = {
  datacenter: 'data centre',
  datastore: 'datastore',
  network: 'network',
  pool: 'resource pool',
  folder: 'folder',
  host: 'host',
  cluster: 'cluster',
}
