import { describe, expect, test } from 'vitest'
import type { MachineSpec } from '../../src/domain/machine.ts'
import type { BootId, ConfigToken } from '../../src/domain/opaque-id.ts'
import type { HostStore } from '../../src/ports/host-store.ts'
import { aHost } from '../support/a-host.ts'

/** What every host store must do. */
export function describeHostStore(name: string, open: () => Promise<HostStore & AsyncDisposable>): void {
  describe(`${name} is a host store`, () => {
    test('a host comes back as it was saved, in the order of creation', async () => {
      await using store = await open()
      const second = aHost({ name: 'edge-2', createdAt: 2000 })
      const first = aHost({ name: 'edge-1', createdAt: 1000 })

      await store.saveHost(second)
      await store.saveHost(first)

      expect(await store.hosts()).toEqual([first, second])
    })

    test('a host without a machine of ours, and one of every kind, comes back too', async () => {
      await using store = await open()
      const { spec: _, ...known } = aHost({ name: 'box', driver: 'none' })
      const networks: readonly MachineSpec['network'][] = [
        { kind: 'user' },
        { kind: 'bridge', bridge: 'br0' },
        { kind: 'tap', device: 'tap0' },
        { kind: 'named', name: 'VM Network' },
      ]
      const kinds = networks.flatMap((network, at) =>
        (['media', 'typed', 'pxe'] as const).map((boot) =>
          aHost({
            name: `${boot}-${at}`,
            boot,
            spec: {
              network,
              firmware: 'uefi',
              probePorts: [],
              assignsMac: true,
              options: { datastore: 'ds1' },
            },
          }),
        ),
      )
      const all = [known, ...kinds]

      for (const host of all) await store.saveHost(host)

      expect(await store.hosts()).toEqual(all.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
    })

    test('many hosts are saved at once, more than fit one statement; the last of a name counts', async () => {
      await using store = await open()
      const names = Array.from({ length: 450 }, (_, at) => `edge-${String(at).padStart(3, '0')}`)
      await store.saveHost(aHost({ name: 'edge-007', boot: 'typed' }))

      await store.saveHost(...names.map((name) => aHost({ name })), aHost({ name: 'edge-008', boot: 'pxe' }))
      await store.saveHost()

      const hosts = await store.hosts()
      expect(hosts.map(({ name }) => name)).toEqual(names)
      expect(hosts.filter(({ boot }) => boot !== aHost().boot).map(({ name }) => name)).toEqual(['edge-008'])
    })

    test('saving a host again replaces it', async () => {
      await using store = await open()
      await store.saveHost(aHost({ boot: 'media' }))

      await store.saveHost(aHost({ boot: 'typed' }))

      expect(await store.hosts()).toEqual([aHost({ boot: 'typed' })])
    })

    test('events can be asked for by type and up to a number, and the last id is known', async () => {
      await using store = await open()
      await store.saveHost(aHost())
      const before = await store.lastEventId()
      const event = (type: 'host.retried' | 'machine.created') =>
        ({ host: 'edge-1', time: 1, type, data: type === 'host.retried' ? {} : { driver: 'qemu' } }) as never
      for (const type of ['host.retried', 'machine.created', 'host.retried', 'host.retried'] as const)
        await store.appendEvents(event(type))

      const found = await store.events({ type: 'host.retried', afterId: before, limit: 2 })

      expect(found.map(({ type }) => type)).toEqual(['host.retried', 'host.retried'])
      expect(await store.lastEventId()).toBe((await store.events()).at(-1)?.id)
    })

    test('events get growing ids and can be asked for by host and from an id on', async () => {
      await using store = await open()
      await store.saveHost(aHost({ name: 'edge-1' }))
      await store.saveHost(aHost({ name: 'edge-2' }))
      const event = (host: string) =>
        ({ host, time: 5, type: 'machine.created', data: { driver: 'qemu' } }) as const

      const [one] = await store.appendEvents(event('edge-1'))
      const later = await store.appendEvents(event('edge-2'), event('edge-1'))

      const ids = [one, ...later].map((recorded) => recorded?.id ?? 0)
      expect(ids).toEqual(ids.toSorted((a, b) => a - b))
      expect(new Set(ids).size).toBe(3)
      expect(later.map(({ host }) => host)).toEqual(['edge-2', 'edge-1'])
      expect(await store.events()).toEqual([one, ...later])
      expect(await store.events({ host: 'edge-2' })).toEqual(later.slice(0, 1))
      expect(await store.events({ afterId: ids[0] ?? 0 })).toEqual(later)
      expect(await store.appendEvents()).toEqual([])
    })

    test('deleting a host forgets its boots and events, and nothing else', async () => {
      await using store = await open()
      const boot = (host: string, letter: string) => ({
        bootId: letter.repeat(16) as BootId,
        token: letter.repeat(32) as ConfigToken,
        host,
        createdAt: 1,
      })
      for (const [name, letter] of [
        ['edge-1', 'a'],
        ['edge-2', 'b'],
      ] as const) {
        await store.saveHost(aHost({ name }))
        await store.addBoot(boot(name, letter))
        await store.appendEvents({ host: name, time: 1, type: 'machine.created', data: { driver: 'qemu' } })
      }

      await store.deleteHost('edge-1')

      expect((await store.hosts()).map((host) => host.name)).toEqual(['edge-2'])
      expect(await store.boots()).toEqual([boot('edge-2', 'b')])
      expect((await store.events()).map((event) => event.host)).toEqual(['edge-2'])
    })

    test('boots can be forgotten, however many and known or not, and nothing else is', async () => {
      await using store = await open()
      await store.saveHost(aHost())
      const idOf = (nth: number) =>
        `boot${String(nth)
          .padStart(12, 'a')
          .replaceAll(/\d/g, (digit) => 'bcdefghijk'[Number(digit)] ?? '')}` as BootId
      const all = Array.from({ length: 450 }, (_, nth) => ({
        bootId: idOf(nth),
        token: idOf(nth).repeat(2) as unknown as ConfigToken,
        host: 'edge-1',
        createdAt: nth,
      }))
      for (const boot of all) await store.addBoot(boot)
      await store.appendEvents({
        ...{ host: 'edge-1', time: 1, type: 'script.served', bootId: idOf(0) },
        data: { action: 'install', address: '192.0.2.7' },
      })

      await store.forgetBoots([...all.slice(0, 449).map(({ bootId }) => bootId), idOf(999)])
      await store.forgetBoots([])

      expect(await store.boots()).toEqual(all.slice(449))
      expect((await store.events()).map(({ bootId }) => bootId)).toEqual([idOf(0)])
    })

    test('hosts of one moment come in the order of their names, letter by letter', async () => {
      await using store = await open()
      const names = ['b', 'a-1', 'a1', 'a', 'a-b', '0']

      for (const name of names) await store.saveHost(aHost({ name }))

      expect((await store.hosts()).map((host) => host.name)).toEqual(names.toSorted())
    })

    test('times of our century keep their milliseconds', async () => {
      await using store = await open()
      const createdAt = 1_790_000_000_123
      await store.saveHost(aHost({ createdAt }))
      await store.addBoot({
        bootId: 'a'.repeat(16) as BootId,
        token: 'b'.repeat(32) as ConfigToken,
        host: 'edge-1',
        createdAt,
      })

      const [event] = await store.appendEvents({
        host: 'edge-1',
        time: createdAt,
        type: 'machine.created',
        data: { driver: 'qemu' },
      })

      expect((await store.hosts())[0]?.createdAt).toBe(createdAt)
      expect((await store.boots())[0]?.createdAt).toBe(createdAt)
      expect(await store.events()).toEqual([event])
      expect(typeof event?.id).toBe('number')
    })

    test('deleting a host that is not there is no failure', async () => {
      await using store = await open()

      await expect(store.deleteHost('nobody')).resolves.toBeUndefined()
    })
  })
}
