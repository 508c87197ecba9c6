import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import {
  aCluster,
  aDatacenter,
  aDatastore,
  aNetwork,
  anObject,
  aPortGroup,
  aVcenter,
  connect,
  merged,
  object,
} from '../../../../test/support/a-vcenter.ts'
import { createFakeClock } from '../../../../test/support/fake-clock.ts'
import {
  anElement,
  createFakeVimClient,
  type FakeObject,
  ROOT,
} from '../../../../test/support/fake-vim-client.ts'
import { isFailure } from '../../../domain/failure.ts'
import { createInventory } from './inventory.ts'
import { mergePlaces, type WantedPlaces } from './placement.ts'

const signal = AbortSignal.timeout(20_000)
const resolve = (objects: FakeObject[], wanted: WantedPlaces = {}) =>
  createInventory(createFakeVimClient(objects), createFakeClock()).resolvePlacement(wanted, signal)
const refusal = (objects: FakeObject[], wanted: WantedPlaces = {}) =>
  resolve(objects, wanted).then(
    () => 'it was resolved',
    (error: Error) => (isFailure(error) ? `${error.code}: ${error.message}` : `no Failure: ${error.message}`),
  )
const c0 = object('ClusterComputeResource', 'c0')
const twoClusters = () =>
  aVcenter(
    ...aCluster({ name: 'C1', id: 'c1', datacenter: 'dc0', hosts: ['h3'] }),
    connect(object('ClusterComputeResource', 'c1'), ['ds1'], ['VM Network']),
    connect(object('HostSystem', 'h3'), ['ds1'], ['VM Network']),
  )

describe('where there is one of everything', () => {
  test('nothing has to be said, and what was chosen is told', async () => {
    expect(await resolve(aVcenter())).toEqual({
      datacenter: { ref: object('Datacenter', 'dc0'), name: 'DC0', path: '/DC0' },
      folder: { ref: object('Folder', 'dc0-vm'), name: 'vm', path: '/DC0/vm' },
      compute: { ref: c0, name: 'C0', path: '/DC0/host/C0', isCluster: true },
      pool: { ref: object('ResourcePool', 'c0-root'), name: 'Resources', path: '/DC0/host/C0/Resources' },
      host: undefined,
      datastore: {
        ref: object('Datastore', 'ds1'),
        name: 'ds1',
        path: '/DC0/datastore/ds1',
        freeBytes: 40 * 2 ** 30,
        capacityBytes: 1000 * 2 ** 30,
        accessible: true,
        inMaintenance: false,
      },
      network: {
        ref: object('Network', 'VM Network'),
        name: 'VM Network',
        path: '/DC0/network/VM Network',
        backing: { kind: 'standard', name: 'VM Network' },
      },
      filledIn: ['data centre DC0', 'cluster C0', 'datastore ds1', 'network VM Network'],
    })
  })

  test('a host that stands alone is the place', async () => {
    const alone = merged([
      ...aDatacenter('ha-datacenter', 'ha'),
      ...aCluster({
        name: 'esx.example',
        id: 'ha-c',
        datacenter: 'ha',
        hosts: ['ha-host'],
        standsAlone: true,
      }),
      aDatastore('datastore1', 'ha', 1),
      aNetwork('VM Network', 'ha'),
      connect(object('ComputeResource', 'ha-c'), ['datastore1'], ['VM Network']),
    ])

    expect(await resolve(alone)).toMatchObject({
      pool: { path: '/ha-datacenter/host/esx.example/Resources' },
      compute: { isCluster: false },
      filledIn: [
        'data centre ha-datacenter',
        'host esx.example',
        'datastore datastore1',
        'network VM Network',
      ],
    })
  })
})

describe('what runs it', () => {
  test('has to be chosen where there are several, and the choices are told', async () => {
    expect(await refusal(twoClusters())).toBe(
      'usage.invalid: which cluster? DC0 has 2; choose one with --cluster or GOVC_CLUSTER: /DC0/host/C0, /DC0/host/C1',
    )
  })

  test.each<[WantedPlaces, string, string | undefined]>([
    [{ cluster: 'C1' }, '/DC0/host/C1/Resources', undefined],
    [{ cluster: '/DC0/host/C1' }, '/DC0/host/C1/Resources', undefined],
    [{ host: 'h3' }, '/DC0/host/C1/Resources', 'h3'],
    [{ host: 'C0/h2' }, '/DC0/host/C0/Resources', 'h2'],
    [{ host: '/DC0/host/C0/h2', cluster: 'C0' }, '/DC0/host/C0/Resources', 'h2'],
    [{ pool: 'C1/Resources' }, '/DC0/host/C1/Resources', undefined],
    [{ pool: 'Resources', cluster: 'C0' }, '/DC0/host/C0/Resources', undefined],
    [{ pool: 'edge', cluster: 'C0' }, '/DC0/host/C1/Resources/edge', undefined],
    [{ pool: '*1/Res*/e*e' }, '/DC0/host/C1/Resources/edge', undefined],
    [{ pool: 'edge', host: 'h3' }, '/DC0/host/C1/Resources/edge', 'h3'],
  ])('%j is %s', async (wanted, pool, host) => {
    const edge = anObject(object('ResourcePool', 'edge'), 'edge', object('ResourcePool', 'c1-root'))

    const placement = await resolve([...twoClusters(), edge], wanted)

    expect([placement.pool.path, placement.host?.name]).toEqual([pool, host])
    expect(placement.filledIn).not.toContain('cluster C0')
  })

  test('a host is also meant by the compute resource around it when it stands alone', async () => {
    const alone = aVcenter(
      ...aCluster({ name: 'h9', id: 'c9', datacenter: 'dc0', hosts: ['h9'], standsAlone: true }),
      connect(object('HostSystem', 'h9'), ['ds1'], ['VM Network']),
    )

    expect(await resolve(alone, { host: '/DC0/host/h9' })).toMatchObject({
      host: { path: '/DC0/host/h9/h9' },
    })
  })

  test('a host and a cluster that do not go together are refused', async () => {
    expect(await refusal(twoClusters(), { host: 'h3', cluster: 'C0' })).toContain(
      'host /DC0/host/C1/h3 is not in /DC0/host/C0',
    )
  })

  test('has to be a host where the cluster does not place machines itself', async () => {
    const manual = { ref: c0, properties: { 'configuration.drsConfig.enabled': 'false' } }

    expect(await refusal(aVcenter(manual))).toBe(
      'usage.invalid: which host? C0 has 2, and no DRS that places machines; choose one with --esxi-host or GOVC_HOST: ' +
        '/DC0/host/C0/h1, /DC0/host/C0/h2',
    )
    expect((await resolve(aVcenter(manual), { host: 'h2' })).host?.name).toBe('h2')
    const single = aVcenter(manual).filter(({ ref }) => ref.id !== 'h2')
    expect((await resolve(single)).filledIn).toContain('host h1')
  })

  test('what is not there is answered with the nearest name and the choices', async () => {
    expect(await refusal(twoClusters(), { cluster: 'C9' })).toBe(
      'usage.invalid: there is no cluster C9 (--cluster or GOVC_CLUSTER); did you mean C0?; ' +
        'there is /DC0/host/C0, /DC0/host/C1',
    )
    expect(await refusal(aVcenter(), { host: 'zzzz' })).toContain(
      'there is no host zzzz (--esxi-host or GOVC_HOST)',
    )
  })
})

describe('the data centre', () => {
  const two = () => [...aVcenter(), ...aDatacenter('DC1', 'dc1', object('Folder', 'f')), aFolder()]
  const aFolder = () => anObject(object('Folder', 'f'), 'east', ROOT)

  test('is chosen by name, by path, or by the path of anything in it', async () => {
    expect(await refusal(two())).toContain(
      'which data centre? there are several; choose one with --datacenter',
    )
    for (const datacenter of ['DC0', '/DC0']) {
      expect(await resolve(two(), { datacenter })).toMatchObject({ datacenter: { path: '/DC0' } })
    }
    const byPath = await resolve(two(), { datastore: '/DC0/datastore/ds1' })
    expect(byPath.datacenter.name).toBe('DC0')
    expect(byPath.filledIn).not.toContain('data centre DC0')
  })

  test('may be in a folder', async () => {
    expect(await refusal(two(), { datacenter: 'east/DC1' })).toContain('there is no cluster or host in DC1')
    expect(await refusal(two(), { datacenter: 'DC1' })).toContain('there is no cluster or host in DC1')
  })

  test('that nobody may see is a matter of the role', async () => {
    expect(await refusal([])).toContain('no data centre that this user may see')
  })
})

describe('the folder', () => {
  const vm = object('Folder', 'dc0-vm')
  const site = anObject(object('Folder', 'f1'), 'site%2f1', vm)
  const edge = anObject(object('Folder', 'f2'), 'edge', site.ref)
  const other = anObject(object('Folder', 'f3'), 'edge', vm)

  test.each(['/DC0/vm/site%2f1/edge', 'site%2F1/edge'])('%s', async (folder) => {
    expect(await resolve(aVcenter(site, edge), { folder })).toMatchObject({
      folder: { ref: edge.ref, name: 'edge', path: '/DC0/vm/site%2f1/edge' },
    })
  })

  test('by its plain name is found at any depth; the one directly below goes first', async () => {
    expect((await resolve(aVcenter(site, edge), { folder: 'edge' })).folder.ref).toEqual(edge.ref)
    expect((await resolve(aVcenter(site, edge, other), { folder: 'edge' })).folder.ref).toEqual(other.ref)
    expect((await resolve(aVcenter(), { folder: '/DC0/vm' })).folder.ref).toEqual(vm)
  })

  test('of the same name in two places is ambiguous', async () => {
    const deep = anObject(object('Folder', 'f4'), 'edge', edge.ref)
    expect(await refusal(aVcenter(site, edge, deep), { folder: 'edge' })).toContain(
      'which folder? there are 2 called edge; choose one with --folder or GOVC_FOLDER: ' +
        '/DC0/vm/site%2f1/edge, /DC0/vm/site%2f1/edge/edge',
    )
  })
})

describe('the datastore', () => {
  const pod = anObject(object('StoragePod', 'pod'), 'pod', object('Folder', 'dc0-datastore'))
  const inPod = { parent: pod.ref }

  test('is one that the host or cluster really sees', async () => {
    const local = [
      aDatastore('local', 'dc0', 1),
      connect(object('HostSystem', 'h1'), ['local'], ['VM Network']),
    ]

    expect((await resolve(aVcenter(...local), { host: 'h1' })).datastore.name).toBe('local')
    expect((await resolve(aVcenter(...local))).datastore.name).toBe('ds1')
    expect(await refusal(aVcenter(...local), { datastore: 'local', cluster: 'C0' })).toBe(
      'usage.invalid: datastore /DC0/datastore/local is not connected to /DC0/host/C0 (--datastore or GOVC_DATASTORE); ' +
        'there is /DC0/datastore/ds1',
    )
  })

  test('of a cluster is the usable member with most room', async () => {
    const members = [
      aDatastore('a', 'dc0', 10, inPod),
      aDatastore('b', 'dc0', 30, inPod),
      aDatastore('c', 'dc0', 99, { ...inPod, accessible: false }),
      aDatastore('d', 'dc0', 99, { ...inPod, mode: 'inMaintenance' }),
      aDatastore('unseen', 'dc0', 99, inPod),
    ]
    const objects = aVcenter(pod, ...members, connect(c0, ['a', 'b', 'c', 'd'], ['VM Network']))

    for (const wanted of [{}, { datastore: 'pod' }, { datastore: '/DC0/datastore/pod' }]) {
      expect((await resolve(objects, wanted)).datastore.path).toBe('/DC0/datastore/pod/b')
    }
    expect((await resolve(objects, { datastore: 'pod/a' })).datastore.freeBytes).toBe(10 * 2 ** 30)
    expect((await resolve(objects, { datastore: 'c' })).datastore.accessible).toBe(false)
    const unusable = aVcenter(pod, ...members, connect(c0, ['c', 'd'], ['VM Network']))
    expect(await refusal(unusable, { datastore: 'pod' })).toContain(
      'driver.refused: datastore cluster /DC0/datastore/pod has no member that is accessible',
    )
  })

  test('that cannot be used is no choice', async () => {
    const objects = aVcenter(
      aDatastore('away', 'dc0', 9, { accessible: false }),
      connect(c0, ['ds1', 'away'], ['VM Network']),
    )
    expect((await resolve(objects)).filledIn).toContain('datastore ds1')
    expect(await refusal(aVcenter(connect(c0, [], ['VM Network'])))).toContain(
      'has no datastore that is accessible',
    )
  })

  test('lists at most twenty choices', async () => {
    const names = Array.from({ length: 25 }, (_, index) => `store-${String(index).padStart(2, '0')}`)
    const objects = aVcenter(
      ...names.map((name) => aDatastore(name, 'dc0', 1)),
      connect(c0, names, ['VM Network']),
    )

    const message = await refusal(objects)

    expect(message).toContain('/DC0/datastore/store-19 and 5 more')
    expect(message).not.toContain('store-20')
  })
})

describe('the network', () => {
  test('may be a distributed port group, and uplinks are none', async () => {
    const objects = aVcenter(
      ...aPortGroup('edge', 'dc0'),
      ...aPortGroup('uplinks', 'dc0', 'uplinks', true),
      connect(c0, ['ds1'], ['pg:edge', 'pg:uplinks']),
    )

    expect((await resolve(objects)).network).toMatchObject({
      name: 'edge',
      backing: { kind: 'distributed', portgroupKey: 'KEY-edge', switchUuid: '50 11 22' },
    })
    expect(await refusal(objects, { network: 'uplinks' })).toContain(
      'no machine of /DC0/host/C0 can be connected to network uplinks',
    )
  })

  test('may be opaque', async () => {
    const opaque = object('OpaqueNetwork', 'nsx')
    const summary = anElement('val', [
      anElement('opaqueNetworkId', 'id-1'),
      anElement('opaqueNetworkType', 'nsx.LogicalSwitch'),
    ])
    const objects = aVcenter(anObject(opaque, 'nsx', object('Folder', 'dc0-network'), { summary }), {
      ref: c0,
      properties: { network: [opaque] },
    })

    expect((await resolve(objects)).network.backing).toEqual({
      kind: 'opaque',
      networkId: 'id-1',
      networkType: 'nsx.LogicalSwitch',
    })
  })

  test('of the same path on two switches is told apart by its reference', async () => {
    const objects = aVcenter(
      ...aPortGroup('edge', 'dc0', 'pg-1'),
      ...aPortGroup('edge', 'dc0', 'pg-2'),
      connect(c0, ['ds1'], ['pg:pg-1', 'pg:pg-2']),
    )

    expect(await refusal(objects, { network: 'edge' })).toContain(
      'there are 2 called edge; choose one with --network or GOVC_NETWORK: ' +
        'DistributedVirtualPortgroup:pg-1, DistributedVirtualPortgroup:pg-2',
    )
    expect((await resolve(objects, { network: 'DistributedVirtualPortgroup:pg-2' })).network.ref.id).toBe(
      'pg-2',
    )
  })

  test('has to be chosen where there are several', async () => {
    const objects = aVcenter(aNetwork('lab', 'dc0'), connect(c0, ['ds1'], ['VM Network', 'lab']))

    expect(await refusal(objects)).toContain('/DC0/network/VM Network, /DC0/network/lab')
    expect(await refusal(objects, { network: 'labb' })).toContain('did you mean lab?')
    expect((await resolve(objects, { network: '/DC0/network/lab' })).network.name).toBe('lab')
  })
})

describe('what was read', () => {
  test('is shared by all who ask within a minute', async () => {
    const client = createFakeVimClient(aVcenter())
    const clock = createFakeClock()
    const inventory = createInventory(client, clock)
    const names = Array.from({ length: 200 }, () => inventory.resolvePlacement({ cluster: 'C0' }, signal))

    await Promise.all(names)
    expect(client.asked).toEqual(['retrieveBelow', 'retrieve', 'retrieve', 'retrieve'])
    await inventory.resolvePlacement({ cluster: 'C0' }, signal)
    expect(client.asked).toHaveLength(4)
    clock.advance(60_000)
    await inventory.resolvePlacement({ cluster: 'C0' }, signal)
    expect(client.asked).toHaveLength(8)
    inventory.forget()
    await inventory.resolvePlacement({ cluster: 'C0' }, signal)
    expect(client.asked).toHaveLength(12)
  })

  test('is read anew when something is not in it, but not at once', async () => {
    const client = createFakeVimClient(aVcenter())
    const clock = createFakeClock()
    const inventory = createInventory(client, clock)
    await inventory.resolvePlacement({}, signal)
    client.objects.splice(0, Infinity, ...aVcenter(aNetwork('new', 'dc0'), connect(c0, ['ds1'], ['new'])))

    await expect(inventory.resolvePlacement({ network: 'new' }, signal)).rejects.toThrow(
      'there is no network new',
    )
    clock.advance(5000)
    expect((await inventory.resolvePlacement({ network: 'new' }, signal)).network.name).toBe('new')
  })

  test('one who gives up does not spoil it for the others', async () => {
    const inventory = createInventory(createFakeVimClient(aVcenter()), createFakeClock())
    const controller = new AbortController()
    const impatient = inventory.resolvePlacement({}, controller.signal)
    const patient = inventory.resolvePlacement({}, signal)
    controller.abort(new Error('enough'))

    await expect(impatient).rejects.toThrow('enough')
    expect((await patient).datacenter.name).toBe('DC0')
  })

  test('names things in messages', async () => {
    const inventory = createInventory(createFakeVimClient(aVcenter()), createFakeClock())

    expect(await inventory.inventoryPathOf(object('HostSystem', 'h1'), signal)).toBe('/DC0/host/C0/h1')
    expect(await inventory.inventoryPathOf(object('VirtualMachine', 'vm-1'), signal)).toBe(
      'VirtualMachine:vm-1',
    )
  })

  property.prop([fc.string({ minLength: 1 }).filter((name) => name !== '.'), fc.boolean()])(
    'finds every name by the path that it prints',
    async (name, isDeep) => {
      const escaped = name.replace(/[%/\\]/g, (character) => encodeURIComponent(character).toLowerCase())
      const between = anObject(object('Folder', 'between'), 'between', object('Folder', 'dc0-vm'))
      const folder = anObject(
        object('Folder', 'named'),
        escaped,
        isDeep ? between.ref : object('Folder', 'dc0-vm'),
      )
      const inventory = createInventory(createFakeVimClient(aVcenter(between, folder)), createFakeClock())
      const path = await inventory.inventoryPathOf(folder.ref, signal)

      expect((await inventory.resolvePlacement({ folder: path }, signal)).folder).toEqual({
        ref: folder.ref,
        name,
        path,
      })
    },
  )
})

test('a machine’s own cluster, host or pool is not mixed with defaults for these', () => {
  const defaults = { pool: 'p', cluster: 'c', datastore: 'd' }

  expect(mergePlaces(defaults, { host: 'h' })).toEqual({ host: 'h', datastore: 'd' })
  expect(mergePlaces(defaults, { datastore: 'e' })).toEqual({ ...defaults, datastore: 'e' })
})
