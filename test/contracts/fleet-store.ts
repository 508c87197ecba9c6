import { describe, expect, test } from 'vitest'
import type { DesiredFleet, DesiredHost } from '../../src/domain/desired-fleet.ts'
import type { FleetStore } from '../../src/ports/fleet-store.ts'

const host = (name: string, more: Partial<DesiredHost> = {}): DesiredHost => ({
  name,
  installer: 'palette',
  match: { mac: '52:54:00:00:00:01' },
  labels: { site: 'berlin' },
  kernelArgs: { add: [], remove: [] },
  userData: '#cloud-config\n# töken\n',
  ready: { kind: 'auto' },
  localBoot: 'auto',
  approve: 'auto',
  timeouts: {},
  phoneHome: true,
  ...more,
})
const fleet: DesiredFleet = {
  installers: [{ name: 'palette', isoPath: '/palette.iso' }],
  profiles: [{ name: 'store', maxParallel: 2 }],
  hosts: [host('b'), host('a'), host('c')],
  unknownHosts: { policy: 'discover' },
  maxParallel: 5,
}

/** What every store of the wish for the fleet keeps to. `open` gives an empty one. */
export function describeFleetStore(name: string, open: () => Promise<FleetStore & AsyncDisposable>): void {
  describe(`the fleet kept in ${name}`, () => {
    test('is not there before the first wish', async () => {
      await using store = await open()

      expect(await store.fleet()).toBeUndefined()
    })

    test('comes back as it was wished, in its order, and each wish has a version of its own', async () => {
      await using store = await open()
      const changed = { ...fleet, hosts: [host('a', { labels: {} }), host('d'), host('b')], maxParallel: 1 }

      expect(await store.saveFleet(fleet)).toBe(1)
      expect(await store.fleet()).toEqual({ version: 1, fleet })
      expect(await store.saveFleet(changed, 1)).toBe(2)
      expect(await store.fleet()).toEqual({ version: 2, fleet: changed })
    })

    test('is not replaced by a wish made against another version', async () => {
      await using store = await open()
      await store.saveFleet(fleet)

      await expect(store.saveFleet({ ...fleet, hosts: [] }, 0)).rejects.toMatchObject({
        code: 'fleet.changed',
      })
      expect((await store.fleet())?.fleet.hosts.length).toBe(3)
    })

    test('may be of thousands of hosts', async () => {
      await using store = await open()
      const hosts = Array.from({ length: 3000 }, (_, index) => host(`host-${index}`))

      await store.saveFleet({ ...fleet, hosts })

      expect((await store.fleet())?.fleet.hosts.length).toBe(3000)
    })
  })
}
