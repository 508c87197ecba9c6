import type { ManagedObject } from '../../src/codec/vim25/reference.ts'
import { anElement, type FakeObject, type FakeValue, ROOT } from './fake-vim-client.ts'

export const object = (type: string, id: string): ManagedObject => ({ type, id })

/**
 * A data centre `DC0` with one cluster `C0` of hosts `h1` and `h2`, datastores `ds1` (40 GiB free) and `local` of `h1`
 * only, and the network `VM Network`. Objects after it are added, or replace those of the same reference.
 */
export function aVcenter(...more: readonly FakeObject[]): FakeObject[] {
  return merged([
    ...aDatacenter('DC0', 'dc0'),
    ...aCluster({ name: 'C0', id: 'c0', datacenter: 'dc0', hosts: ['h1', 'h2'] }),
    aDatastore('ds1', 'dc0', 40),
    aNetwork('VM Network', 'dc0'),
    connect(object('ClusterComputeResource', 'c0'), ['ds1'], ['VM Network']),
    connect(object('HostSystem', 'h1'), ['ds1'], ['VM Network']),
    connect(object('HostSystem', 'h2'), ['ds1'], ['VM Network']),
    ...more,
  ])
}

/** Objects of the same reference as one; the later properties win. */
export function merged(objects: readonly FakeObject[]): FakeObject[] {
  const byKey = new Map<string, FakeObject>()
  for (const { ref, properties } of objects) {
    const key = `${ref.type}:${ref.id}`
    byKey.set(key, { ref, properties: { ...byKey.get(key)?.properties, ...properties } })
  }
  return [...byKey.values()]
}

export function anObject(
  ref: ManagedObject,
  name: string,
  parent: ManagedObject,
  properties: Readonly<Record<string, FakeValue>> = {},
): FakeObject {
  return { ref, properties: { name, parent, ...properties } }
}

export function aDatacenter(name: string, id: string, parent: ManagedObject = ROOT): FakeObject[] {
  const ref = object('Datacenter', id)
  const folders = ['vm', 'host', 'datastore', 'network'] as const
  const folder = (kind: string) => object('Folder', `${id}-${kind}`)
  const properties = Object.fromEntries(folders.map((kind) => [`${kind}Folder`, folder(kind)]))
  return [
    anObject(ref, name, parent, properties),
    ...folders.map((kind) => anObject(folder(kind), kind, ref)),
  ]
}

export function aCluster({
  name,
  id,
  datacenter,
  hosts,
  standsAlone = false,
}: {
  readonly name: string
  readonly id: string
  readonly datacenter: string
  readonly hosts: readonly string[]
  readonly standsAlone?: boolean
}): FakeObject[] {
  const ref = object(standsAlone ? 'ComputeResource' : 'ClusterComputeResource', id)
  const pool = object('ResourcePool', `${id}-root`)
  return [
    anObject(ref, name, object('Folder', `${datacenter}-host`), { resourcePool: pool }),
    anObject(pool, 'Resources', ref),
    ...hosts.map((host) => anObject(object('HostSystem', host), host, ref)),
  ]
}

export function aDatastore(
  name: string,
  datacenter: string,
  freeGiB: number,
  about: { readonly parent?: ManagedObject; readonly accessible?: boolean; readonly mode?: string } = {},
): FakeObject {
  return anObject(
    object('Datastore', name),
    name,
    about.parent ?? object('Folder', `${datacenter}-datastore`),
    {
      'summary.freeSpace': String(freeGiB * 2 ** 30),
      'summary.capacity': String(1000 * 2 ** 30),
      'summary.accessible': String(about.accessible ?? true),
      'summary.maintenanceMode': about.mode ?? 'normal',
    },
  )
}

export function aNetwork(name: string, datacenter: string): FakeObject {
  return anObject(object('Network', name), name, object('Folder', `${datacenter}-network`))
}

/** A distributed port group with the key `KEY-NAME` on the switch `DVS0`. */
export function aPortGroup(name: string, datacenter: string, id = name, isUplink = false): FakeObject[] {
  const dvs = object('VmwareDistributedVirtualSwitch', 'DVS0')
  const tag = anElement('val', [anElement('Tag', [anElement('key', isUplink ? 'SYSTEM/DVS.UPLINKPG' : 'x')])])
  return [
    { ref: dvs, properties: { name: 'DVS0', uuid: '50 11 22' } },
    anObject(object('DistributedVirtualPortgroup', id), name, object('Folder', `${datacenter}-network`), {
      key: `KEY-${id}`,
      'config.distributedVirtualSwitch': dvs,
      tag,
    }),
  ]
}

/** What a cluster or host sees: datastores by name, and networks by name or `pg:ID`. */
export function connect(
  ref: ManagedObject,
  datastores: readonly string[],
  networks: readonly string[],
): FakeObject {
  return {
    ref,
    properties: {
      datastore: datastores.map((name) => object('Datastore', name)),
      network: networks.map((name) =>
        name.startsWith('pg:')
          ? object('DistributedVirtualPortgroup', name.slice(3))
          : object('Network', name),
      ),
    },
  }
}
