import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSystemClock } from '../../src/adapters/clock-system/system-clock.ts'
import { createVimClient } from '../../src/adapters/hypervisor-vsphere/client/open-vim-client.ts'
import type { VimClient } from '../../src/adapters/hypervisor-vsphere/client/vim-client.ts'
import { createInventory, type Inventory } from '../../src/adapters/hypervisor-vsphere/inventory/inventory.ts'
import { readVsphereSettings } from '../../src/adapters/hypervisor-vsphere/settings/read-vsphere-settings.ts'
import { type LabOptions, type LabVcenter, openLabVcenter } from '../lab/vcenter/open-lab-vcenter.ts'
import { createSilentLog } from '../support/silent-log.ts'

const signal = AbortSignal.timeout(60_000)
const clock = createSystemClock()

interface Opened extends AsyncDisposable {
  readonly lab: LabVcenter
  readonly client: VimClient
  readonly inventory: Inventory
}

async function open(options: LabOptions = {}): Promise<Opened> {
  await using parts = new AsyncDisposableStack()
  const lab = parts.use(await openLabVcenter(options))
  const settings = await readVsphereSettings(lab.environment, {})
  if (!settings) throw new Error('the lab has no URL')
  const client = parts.use(createVimClient(settings, { clock, log: createSilentLog() }))
  const kept = parts.move()
  const inventory = createInventory(client, clock)
  return { lab, client, inventory, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

describe('a vCenter', () => {
  let opened: Opened
  beforeAll(async () => {
    opened = await open({ datastores: 2 })
  })
  afterAll(() => opened?.[Symbol.asyncDispose]())

  test('says what there is to choose from', async () => {
    const { inventory } = opened

    await expect(inventory.resolvePlacement({}, signal)).rejects.toThrow(
      'which cluster? DC0 has 2; choose one with --cluster or GOVC_CLUSTER: /DC0/host/DC0_C0, /DC0/host/DC0_H0',
    )
    await expect(inventory.resolvePlacement({ cluster: 'DC0_C0' }, signal)).rejects.toThrow(
      '/DC0/datastore/LocalDS_0, /DC0/datastore/LocalDS_1',
    )
    await expect(
      inventory.resolvePlacement({ cluster: 'DC0_C0', datastore: 'LocalDS_1' }, signal),
      // The simulator does not mark the port group of uplinks, as real servers do.
    ).rejects.toThrow(/: \/DC0\/network\/DC0_DVPG0, .*\/DC0\/network\/VM Network$/)
  })

  test('has places by names and by paths', async () => {
    const { inventory } = opened
    const names = { cluster: 'DC0_C0', datastore: 'LocalDS_0', network: 'VM Network' }
    const paths = {
      pool: '/DC0/host/DC0_C0/Resources',
      datastore: '/DC0/datastore/LocalDS_0',
      network: '/DC0/network/VM Network',
      folder: '/DC0/vm',
    }

    const placement = await inventory.resolvePlacement(names, signal)

    expect(placement).toMatchObject({
      datacenter: { path: '/DC0', ref: { type: 'Datacenter' } },
      compute: { path: '/DC0/host/DC0_C0', isCluster: true },
      pool: { path: paths.pool, ref: { type: 'ResourcePool' } },
      host: undefined,
      datastore: { name: 'LocalDS_0', accessible: true, inMaintenance: false },
      network: { backing: { kind: 'standard', name: 'VM Network' } },
      filledIn: ['data centre DC0'],
    })
    expect(placement.datastore.freeBytes).toBeGreaterThan(2 ** 30)
    expect(await inventory.resolvePlacement(paths, signal)).toEqual({ ...placement, filledIn: [] })
  })

  test('connects to distributed port groups, and runs on the host that was chosen', async () => {
    const wanted = { host: 'DC0_C0_H1', datastore: 'LocalDS_0', network: 'DC0_DVPG0' }

    expect(await opened.inventory.resolvePlacement(wanted, signal)).toMatchObject({
      host: { path: '/DC0/host/DC0_C0/DC0_C0_H1' },
      pool: { path: '/DC0/host/DC0_C0/Resources' },
      network: {
        backing: {
          kind: 'distributed',
          portgroupKey: expect.stringMatching(/./),
          switchUuid: expect.stringMatching(/./),
        },
      },
    })
  })

  test('is asked a handful of times for two hundred machines', async () => {
    const { lab, client } = opened
    const inventory = createInventory(client, clock)
    lab.log.clear()
    const wanted = { cluster: 'DC0_C0', datastore: 'LocalDS_0', network: 'VM Network' }

    await Promise.all(Array.from({ length: 200 }, () => inventory.resolvePlacement(wanted, signal)))

    expect(lab.log.calls.length).toBeLessThan(10)
  })
})

describe('an ESXi that stands alone', () => {
  test('needs nothing to be said but the network', async () => {
    await using opened = await open({ model: 'esx' })

    expect(await opened.inventory.resolvePlacement({ network: 'VM Network' }, signal)).toMatchObject({
      datacenter: { name: 'ha-datacenter' },
      pool: { path: '/ha-datacenter/host/localhost.localdomain/Resources' },
      compute: { isCluster: false },
      datastore: { name: 'LocalDS_0' },
    })
  })
})
