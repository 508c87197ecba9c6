import { describe, expect, test } from 'vitest'
import { aFleet, aWish } from '../../test/support/a-fleet.ts'
import { aShelf } from '../../test/support/a-shelf.ts'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { createFixedRandom } from '../../test/support/fixed-random.ts'
import { createSilentLog } from '../../test/support/silent-log.ts'
import { createSystemClock } from '../adapters/clock-system/system-clock.ts'
import { createMemoryStore } from '../adapters/store-memory/memory-store.ts'
import { createUserDataReader } from '../adapters/user-data-threads/user-data-reader.ts'
import type { DesiredFleet, DesiredMachine } from '../domain/desired-fleet.ts'
import type { Architecture } from '../domain/installer.ts'
import type { Clock } from '../ports/clock.ts'
import { openFleetKeeper } from './fleet-keeper.ts'
import { createFleetPlans } from './fleet-plans.ts'
import { openHostBook } from './host-book.ts'

const log = createSilentLog()
const { signal } = new AbortController()

async function aKeeper(
  store = createMemoryStore(),
  {
    drivers = ['qemu'],
    clock = createFakeClock(),
    architecture,
    onRead = () => undefined,
    told = [],
  }: {
    drivers?: readonly string[]
    clock?: Clock
    architecture?: Architecture
    onRead?: (texts: readonly string[]) => void
    told?: unknown[]
  } = {},
) {
  const random = createFixedRandom()
  const book = await openHostBook({ store, clock, random, log })
  const shelf = aShelf(architecture ? { architecture } : {})
  const plans = createFleetPlans(shelf, log)
  const reader = createUserDataReader()
  const removed: string[] = []
  const remove = async (name: string): Promise<void> => {
    removed.push(name)
    await book.remove(name)
  }
  const keeper = await openFleetKeeper(
    {
      store,
      shelf,
      plans,
      book,
      clock,
      random,
      reader: {
        read: (texts, ...rest) => {
          onRead(texts)
          return reader.read(texts, ...rest)
        },
      },
      log: { ...log, error: (fields) => void told.push(fields) },
      abilities: { drivers, missesResets: (driver) => driver === 'vsphere' },
      remove,
      applied: () => undefined,
    },
    signal,
  )
  const apply = (fleet: DesiredFleet, prune = false) => keeper.apply(fleet, { prune }, signal)
  return { keeper, book, plans, store, removed, apply }
}

describe('applying a fleet', () => {
  test('warns of machines that restart unnoticed into what they have installed', async () => {
    const { apply } = await aKeeper(createMemoryStore(), { drivers: ['qemu', 'vsphere'] })
    const userData =
      '#cloud-config\nstylus: { managementMode: local }\ninstall: { device: /dev/sda, reboot: true }\n'
    const machine = (driver: string) => ({ driver, options: {} })
    const hosts = [
      aWish({ name: 'seen', userData, phoneHome: false, machine: machine('qemu') }),
      aWish({ name: 'told', userData, machine: machine('vsphere') }),
    ]

    expect((await apply(aFleet(hosts))).warnings.join()).not.toContain('restarts itself')
    const unnoticed = aWish({ name: 'unnoticed', userData, phoneHome: false, machine: machine('vsphere') })
    expect((await apply(aFleet([unnoticed]))).warnings.join()).toMatch(/restarts itself.*install\.poweroff/)
  })

  test('refuses an installer for arm64 for machines that are made here, by whatever driver', async () => {
    const { apply } = await aKeeper(createMemoryStore(), {
      architecture: 'arm64',
      drivers: ['qemu', 'vsphere'],
    })

    for (const driver of ['qemu', 'vsphere']) {
      const host = aWish({ machine: { driver, options: {} } })
      await expect(apply(aFleet([host]))).rejects.toMatchObject({
        code: 'fleet.invalid',
        message: expect.stringMatching(/host store-1: its installer is for arm64.*x86_64.*use the one for/),
      })
    }
    await apply(aFleet([aWish({ machine: undefined, match: { mac: '52:54:00:00:00:77' } })]))
  })

  test('refuses what cannot boot over HTTPS or with Secure Boot on this server', async () => {
    const { apply } = await aKeeper()
    const match = { mac: '52:54:00:00:00:77' }
    const hosts = [
      aWish({ name: 'plain' }),
      aWish({ name: 'over-https', bootScheme: 'https' }),
      aWish({ name: 'made', secureBoot: true }),
      aWish({ name: 'shelf', secureBoot: true, machine: undefined, match }),
    ]

    const refused = await apply(aFleet(hosts)).catch((error: unknown) => error)

    expect(refused).toMatchObject({ code: 'fleet.invalid' })
    const { message } = refused as Error
    expect(message).not.toContain('host plain')
    expect(message).toMatch(/host over-https: is to boot over HTTPS, but this server does not speak it/)
    expect(message).toMatch(/host made: .*boot media is not signed/)
    expect(message).toMatch(/host made: .*BIOS does not have/)
    expect(message).toMatch(/host shelf: .*x86_64-sb\/shimx64\.efi is not there/)
  })

  test('refuses no installer of which nobody knows what it is for', async () => {
    const { apply, book } = await aKeeper(createMemoryStore(), { architecture: 'unknown' })

    await apply(aFleet([aWish()]))

    expect(book.states().length).toBe(1)
  })

  test('enrols new hosts with an address and a UUID of their own, and is safe to repeat', async () => {
    const { apply, book, keeper } = await aKeeper()
    const fleet = aFleet([aWish(), aWish({ name: 'store-2' })])

    const first = await apply(fleet)
    const identities = book.states().map(({ host }) => host.spec?.uuid)
    const again = await apply(fleet)

    expect(first.changes.map(({ kind, name }) => `${kind} ${name}`)).toContain('create store-1')
    expect(new Set(identities).size).toBe(2)
    expect(again.changes).toEqual([])
    expect(book.states().map(({ host }) => host.spec?.uuid)).toEqual(identities)
    expect(keeper.version()).toBe('1')
  })

  test('keeps hosts that are not in it any more, in force too, until it is told to prune', async () => {
    const { apply, book, plans, removed } = await aKeeper()
    await apply(aFleet([aWish(), aWish({ name: 'store-2' })]))

    const kept = await apply(aFleet([aWish()]))

    expect(kept.changes).toMatchObject([{ kind: 'keep', name: 'store-2' }])
    expect(plans.of('store-2')).toBeDefined()
    await apply(aFleet([aWish()]), true)
    expect(removed).toEqual(['store-2'])
    expect(book.state('store-2')).toBeUndefined()
  })

  test('that has mistakes changes nothing and names all of them', async () => {
    const { apply, book, keeper } = await aKeeper()
    const fleet = aFleet([
      aWish({ name: 'store-1', installer: 'other' }),
      aWish({ name: 'store-2', userData: 'no header' }),
      aWish({ name: 'store-3', machine: { driver: 'xen', options: {} } }),
      aWish({ name: 'store-4', machine: undefined, match: { mac: '52:54:00:00:00:09' } }),
      aWish({ name: 'store-5', machine: undefined, match: { mac: '52-54-00-00-00-09' } }),
      aWish({ name: 'store-6', machine: undefined }),
      aWish({ name: 'store-7', ready: { kind: 'palette' } }),
    ])

    const message = await apply(fleet).catch((error: Error) => error.message)

    for (const part of [
      'host store-1: its installer other is not one of',
      'host store-2: user-data 1:1',
      'host store-3: there is no driver xen',
      'hosts store-4 and store-5 could be the same machine (mac)',
      'host store-6: has neither a machine',
      'host store-7: is to be ready when Palette says so, but is managed locally',
    ])
      expect(message).toContain(part)
    expect(book.states()).toEqual([])
    expect(keeper.version()).toBe('0')
  })

  test('of thousands lets others have their answers meanwhile', async () => {
    const { apply } = await aKeeper(createMemoryStore(), { clock: createSystemClock() })
    const hosts = Array.from({ length: 1000 }, (_, at) => aWish({ name: `store-${at}` }))
    let answers = 0
    const asking = setInterval(() => {
      answers += 1
    }, 0)

    await apply(aFleet(hosts))
    clearInterval(asking)

    expect(answers).toBeGreaterThan(10)
  })

  test('that gives the machine of a host it drops to another is refused, unless the old one is removed', async () => {
    const { apply, plans } = await aKeeper()
    const match = { mac: '52:54:00:00:00:09' }
    const named = (name: string) => aFleet([aWish({ name, machine: undefined, match })])
    await apply(named('before'))

    await expect(apply(named('after'))).rejects.toThrow(/before is no longer asked for, but kept.*--prune/)
    expect(plans.identify(match)).toBe('before')

    await apply(named('after'), true)
    expect(plans.identify(match)).toBe('after')
  })

  test('whose unknown machines could not become what it says is refused before one comes', async () => {
    const { apply } = await aKeeper()
    const { name: _, profile: __, match: ___, labels: ____, machine: _____, ...template } = aWish()
    const fleet = (profile: DesiredFleet['profiles'][number]) =>
      aFleet([], { profiles: [profile], unknownHosts: { policy: 'profile', profile: 'store' } })

    await expect(apply(fleet({ name: 'store' }))).rejects.toThrow('needs more than a name')
    await expect(
      apply(fleet({ name: 'store', template: { ...template, userData: 'no header' } })),
    ).rejects.toThrow('unknown hosts: user-data 1:1')
    await apply(fleet({ name: 'store', template }))
  })

  test('is refused against a version that is no longer in force', async () => {
    const { apply, keeper } = await aKeeper()
    await apply(aFleet([aWish()]))

    const stale = keeper.apply(aFleet([]), { prune: false, ifVersion: '0' }, signal)

    await expect(stale).rejects.toMatchObject({ code: 'fleet.changed' })
  })

  test('does not give a host that installs the rest from another ISO', async () => {
    const { apply, book } = await aKeeper()
    await apply(aFleet([aWish()]))
    const served = { action: 'install', address: '192.0.2.7', installer: '/palette.iso' } as const
    await book.record('store-1', { type: 'script.served', data: served })

    const other = apply(aFleet([aWish()], { installers: [{ name: 'palette', isoPath: '/newer.iso' }] }))

    await expect(other).rejects.toMatchObject({ code: 'host.wrong-state' })
  })

  test('does not change a machine that was made, and says so in the plan', async () => {
    const { apply, keeper } = await aKeeper()
    await apply(aFleet([aWish()]))
    const larger = aFleet([
      aWish({ machine: { driver: 'qemu', cpus: 16, memoryMiB: 4096, diskGiB: 20, options: {} } }),
    ])

    const planned = await keeper.plan(larger, { prune: false }, signal)

    expect(planned.changes[0]?.what[0]).toContain('cpus 2 (asked for 16)')
    await expect(apply(larger)).rejects.toMatchObject({ code: 'machine.exists-differently' })
  })
})

describe('machines in vSphere', () => {
  const vsphere = (options: Readonly<Record<string, string>>, given: Partial<DesiredMachine> = {}) =>
    aFleet([aWish({ machine: { driver: 'vsphere', cpus: 2, memoryMiB: 4096, options, ...given } })])

  test('are planned with the place they go to', async () => {
    const { keeper } = await aKeeper(createMemoryStore(), { drivers: ['qemu', 'vsphere'] })
    const options = { datastore: 'ds1', cluster: '/DC0/host/C0', 'extraConfig.guestinfo.a': 'hunter2' }
    const planned = async (fleet: DesiredFleet) =>
      (await keeper.plan(fleet, { prune: false }, signal)).changes[0]?.what[0]

    expect(await planned(vsphere(options, { network: 'VM Network' }))).toBe(
      'a machine is created with vsphere (cluster /DC0/host/C0, datastore ds1, network VM Network, otherwise where the ' +
        'server is set up for) and installed from palette, profile store',
    )
    expect(await planned(vsphere({}))).toContain('with vsphere (otherwise where the server is set up for)')
  })

  test('keep their options, and what may be secret in them is not told', async () => {
    const { apply, book, keeper } = await aKeeper(createMemoryStore(), { drivers: ['qemu', 'vsphere'] })
    const options = { datastore: 'ds1', 'extraConfig.guestinfo.a': 'hunter2' }
    await apply(vsphere(options))

    const again = await keeper.plan(vsphere({ ...options }), { prune: false }, signal)
    const other = await keeper.plan(
      vsphere({ datastore: 'ds2', 'extraConfig.guestinfo.a': 'hunter3' }),
      { prune: false },
      signal,
    )

    expect(book.state('store-1')?.host.spec).toMatchObject({ options, assignsMac: true })
    expect(again.changes).toEqual([])
    expect(other.changes[0]?.what).toEqual([
      expect.stringContaining('datastore ds1 (asked for ds2)'),
      expect.stringContaining('extraConfig.guestinfo.a •••• (asked for ••••)'),
    ])
  })

  test('are refused with everything that cannot be', async () => {
    const { apply } = await aKeeper(createMemoryStore(), { drivers: ['qemu', 'vsphere'] })
    const [host] = vsphere(
      { datastor: 'x' },
      { memoryMiB: 4098, network: ' ', boot: 'typed', firmware: 'uefi' },
    ).hosts
    const other = aWish({ name: 'q', machine: { driver: 'qemu', options: { pool: 'p' } } })
    const wrong = aFleet([...(host ? [host] : []), other])

    const message = await apply(wrong).catch((error: Error) => error.message)

    for (const part of [
      'machine memory is 4098MiB; vSphere takes multiples of 4MiB',
      'machine boot typed needs firmware bios',
      'machine network is " "',
      'machine option datastor is unknown; did you mean datastore?',
      'host q: machine option pool is nothing that driver qemu knows',
    ])
      expect(message).toContain(part)
  })
})

describe('after a restart', () => {
  test('the fleet is in force again, and a host that had not been enrolled yet is', async () => {
    const store = createMemoryStore()
    await store.saveFleet(aFleet([aWish(), aWish({ name: 'store-2' })]))

    const { book, plans, keeper } = await aKeeper(store)

    expect(book.states().map(({ host }) => host.name)).toEqual(['store-1', 'store-2'])
    expect(plans.of('store-2')).toBeDefined()
    expect(keeper.version()).toBe('1')
  })

  test('user-data is looked into when somebody asks, or all of it in a review, and then not again', async () => {
    const store = createMemoryStore()
    const userData = (port: number) =>
      `#cloud-config\nstylus: { localUI: { port: ${port} } }\ninstall: { device: /dev/sda, poweroff: true }\n`
    const hosts = [aWish({ userData: userData(5081) }), aWish({ name: 'b', userData: userData(5082) })]
    const before = await aKeeper(store)
    await before.apply(aFleet(hosts))
    const first = hosts.map(({ name }) => before.keeper.userData(name))

    const read: string[] = []
    const { keeper, apply } = await aKeeper(store, { onRead: (texts) => read.push(...texts) })
    expect(read).toEqual([])
    expect(hosts.map(({ name }) => keeper.userData(name))).toEqual(first)
    expect(read).toEqual([])

    await Promise.all([keeper.review(), keeper.review()])
    expect(read).toEqual(hosts.map((host) => host.userData))
    expect(hosts.map(({ name }) => keeper.userData(name))).toEqual(first)
    expect((await apply(aFleet(hosts))).changes).toEqual([])
    expect(read.length).toBe(2)
  })

  test('a review says what cannot be carried out any more', async () => {
    const store = createMemoryStore()
    const { apply } = await aKeeper(store)
    await apply(aFleet([aWish()]))
    const told: unknown[] = []

    const { keeper } = await aKeeper(store, { drivers: [], told })
    await keeper.review()

    expect(told).toEqual([{ problem: expect.stringContaining('host store-1: there is no driver qemu') }])
  })

  test('a driver that is not set up any more leaves its hosts waiting, not forgotten', async () => {
    const store = createMemoryStore()
    await store.saveFleet(
      aFleet([aWish({ machine: { driver: 'vsphere', options: {} } }), aWish({ name: 'b' })]),
    )

    const { book, plans } = await aKeeper(store)

    expect(book.states().map(({ host }) => `${host.name} ${host.driver}`)).toEqual([
      'store-1 vsphere',
      'b qemu',
    ])
    expect(plans.of('b')).toBeDefined()
  })

  test('an ISO that is gone leaves its hosts waiting, not forgotten', async () => {
    const store = createMemoryStore()
    await store.saveFleet(aFleet([aWish()], { installers: [{ name: 'palette', isoPath: '/missing.iso' }] }))

    const { book, plans } = await aKeeper(store)

    expect(book.state('store-1')).toBeDefined()
    expect(plans.of('store-1')).toBeUndefined()
  })
})
