import { describe, expect, test } from 'vitest'
import { aFleet, aWish } from '../../../test/support/a-fleet.ts'
import { aShelf } from '../../../test/support/a-shelf.ts'
import { createFakeClock } from '../../../test/support/fake-clock.ts'
import { createFixedRandom } from '../../../test/support/fixed-random.ts'
import { createSilentLog } from '../../../test/support/silent-log.ts'
import { createCryptoHasher } from '../../adapters/hasher-crypto/crypto-hasher.ts'
import { createMetrics } from '../../adapters/metrics-prometheus/metrics.ts'
import { createMemoryStore } from '../../adapters/store-memory/memory-store.ts'
import { createUserDataReader } from '../../adapters/user-data-threads/user-data-reader.ts'
import { decodeUserData } from '../../codec/user-data/user-data.ts'
import { NEW_HOST_NAME } from '../../domain/desired-fleet.ts'
import type { IsoUpload } from '../../ports/iso-folders.ts'
import type { MachineDriver, MachineDrivers } from '../../ports/machine-driver.ts'
import type { Waker } from '../../ports/waker.ts'
import { createAccess } from '../access.ts'
import { openDiscovery } from '../discovery.ts'
import { openFleetKeeper } from '../fleet-keeper.ts'
import { createFleetPlans } from '../fleet-plans.ts'
import { createFleetRunner } from '../fleet-runner.ts'
import { type HostBook, openHostBook } from '../host-book.ts'
import { followPolicy } from '../strangers.ts'
import { createControlDesk } from './control-desk.ts'
import { adoptMachine } from './fleet-desk.ts'

const log = createSilentLog()
const { signal } = new AbortController()
const all = { limit: 100 }
const SECRET = 'hunter2hunter2'
const USER_DATA = `#cloud-config
stylus:
  managementMode: local
  registryCredentials: { domain: r.example.com, username: u, password: ${SECRET} }
install: { device: /dev/vda, poweroff: true }
`

const SERVER = {
  isoReceiver: {
    receive: async ({ fileName, sizeBytes }: IsoUpload) => ({
      path: `/isos/${fileName}`,
      sizeBytes,
      modifiedAt: 7,
    }),
  },
  version: '1.2.3',
  bootScriptUrl: () => 'http://192.0.2.1:8080/boot.ipxe',
  throughput: { samples: () => [], rates: () => [] },
  linkSpeed: async () => undefined,
  served: { script: () => undefined, userData: () => undefined },
  isos: {
    list: async () => ({
      folders: ['/isos'],
      items: [
        { path: '/palette.iso', sizeBytes: 2, modifiedAt: 9 },
        { path: '/isos/other.iso', sizeBytes: 1, modifiedAt: 5 },
      ],
    }),
  },
}

async function aDesk() {
  const store = createMemoryStore()
  const clock = createFakeClock()
  const random = createFixedRandom()
  const hasher = createCryptoHasher()
  const book = await openHostBook({ store, clock, random, log })
  const shelf = aShelf()
  const plans = createFleetPlans(shelf, log)
  const deleted: string[] = []
  const found = new Map<string, unknown>()
  const driver = {
    kind: 'qemu',
    can: { typeKeys: true, screenshot: true, seeGuestResets: true, forwardPorts: true },
    find: async (name: string) => found.get(name),
    delete: async (name: string) => void deleted.push(name),
  } as unknown as MachineDriver
  const drivers: MachineDrivers = { kinds: ['qemu'], of: () => driver }
  const keeper = await openFleetKeeper(
    {
      ...{
        store,
        shelf,
        plans,
        book,
        clock,
        reader: createUserDataReader(),
        random,
        log,
        abilities: { drivers: ['qemu'] },
      },
      remove: (name) => book.remove(name),
      applied: () => undefined,
    },
    signal,
  )
  const runner = createFleetRunner({
    ...{ book, clock, log },
    provision: async () => Promise.reject(new Error('nothing is driven here')),
    isWanted: () => false,
    pauseMs: () => undefined,
  })
  const settings = new Map<string, string>()
  const discovery = await openDiscovery({
    store: {
      setting: async (key) => settings.get(key),
      saveSetting: async (key, value) => void settings.set(key, value),
    },
    ...{ hasher, clock, log },
  })
  const files = { readTextFile: async () => undefined, readTextTail: async () => 'login:' }
  const access = createAccess({ store, audit: store, hasher, random, clock, log })
  const metrics = createMetrics()
  const hostLogs = { tail: async (name: string) => `of ${name}\n` }
  const parts = {
    ...{ book, plans, keeper, shelf, runner, discovery, drivers, store, access, metrics, files, hostLogs },
  }
  const woken: string[] = []
  const waker: Waker = {
    wake: async (mac) => {
      woken.push(mac)
      return ['10.0.0.255']
    },
  }
  const examine = async function* () {}
  const desk = createControlDesk({ ...parts, ...{ waker, hasher, clock, log, signal, examine }, ...SERVER })
  const apply = (fleet: ReturnType<typeof aFleet>) =>
    desk.applyFleet(fleet, { prune: false, mayAddInstallers: true, actor: 'token:anna' })
  return { ...parts, desk, apply, deleted, found, woken, clock }
}

/** As far as the configuration, after which a machine may hold an installation. */
async function giveConfig(name: string, book: HostBook): Promise<void> {
  const address = '192.0.2.7'
  await book.record(name, { type: 'script.served', data: { action: 'install', address } })
  await book.record(name, { type: 'config.served', data: { bytes: 1, address, userAgent: '', inert: false } })
}

const UNATTENDED = { machine: undefined, match: { mac: '52:54:00:00:00:77' } }

describe('hosts as they are shown', () => {
  test('say what they wait for and hold no secrets', async () => {
    const { desk, apply } = await aDesk()
    await apply(
      aFleet([
        aWish({ name: 'box', ...UNATTENDED, userData: USER_DATA }),
        aWish({ name: 'asked', approve: 'manual', labels: { site: 'berlin' } }),
      ]),
    )

    const { items } = await desk.hosts({}, all)
    const detail = await desk.host('box')

    expect(items.map(({ name, waitsFor }) => [name, waitsFor])).toEqual([
      ['asked', 'approval: edgeboot host approve asked'],
      ['box', 'its window to be opened: edgeboot host arm box --for 30m'],
    ])
    expect(JSON.stringify([items, detail, await desk.fleet()])).not.toContain(SECRET)
    expect((await desk.hosts({ label: 'site=berlin' }, all)).items.length).toBe(1)
    expect((await desk.hosts({ text: '00:00:77' }, all)).items.map(({ name }) => name)).toEqual(['box'])
  })

  test('come in pages that leave none out', async () => {
    const { desk, apply } = await aDesk()
    await apply(aFleet(Array.from({ length: 7 }, (_, index) => aWish({ name: `h-${index}` }))))

    const first = await desk.hosts({}, { limit: 4 })
    const second = await desk.hosts({}, { limit: 4, after: first.next })

    expect([...first.items, ...second.items].map(({ name }) => name)).toEqual(
      Array.from({ length: 7 }, (_, index) => `h-${index}`),
    )
    expect(second.next).toBeUndefined()
  })
})

describe('what people do to hosts', () => {
  test('a reinstallation is armed once, and opens the window of a host without a driver', async () => {
    const { desk, apply, book } = await aDesk()
    await apply(aFleet([aWish({ name: 'box', ...UNATTENDED })]))
    await expect(desk.reinstall('box', 'token:anna')).rejects.toMatchObject({ code: 'host.wrong-state' })
    await desk.arm('box', 60_000, 'token:anna')
    await giveConfig('box', book)

    await desk.reinstall('box', 'token:anna')

    const life = book.state('box')?.life
    expect(life).toMatchObject({ phase: 'defined', reinstall: true })
    expect(life?.armedUntil).toBeGreaterThan(0)
  })

  test('a physical machine is switched on by its card, and may be installed within the window that opens', async () => {
    const { desk, apply, book, woken } = await aDesk()
    const box = aWish({ name: 'box', machine: undefined, match: { mac: '00-50-56-AA-BB-CC' } })
    const byName = aWish({ name: 'by-name', machine: undefined, match: { serial: 'S1' } })
    await apply(aFleet([box, byName]))

    const outcome = await desk.power('box', 'on', 'token:anna')

    expect(woken).toEqual(['00:50:56:aa:bb:cc'])
    expect(outcome).toEqual({ way: 'woken', networks: ['10.0.0.255'], armedUntil: expect.any(Number) })
    expect(book.state('box')?.life.armedUntil).toBe(outcome.way === 'woken' && outcome.armedUntil)
    await expect(desk.power('box', 'off', 'x')).rejects.toThrow('nothing can switch it off')
    await expect(desk.power('by-name', 'on', 'x')).rejects.toThrow('add match.mac')
    expect(woken).toHaveLength(1)
  })

  test('a window that was opened for longer is not shortened, and an installed machine gets none', async () => {
    const { desk, apply, book } = await aDesk()
    await apply(aFleet([aWish({ name: 'box', ...UNATTENDED })]))
    await desk.arm('box', 24 * 3_600_000, 'x')
    const until = book.state('box')?.life.armedUntil

    expect(await desk.power('box', 'on', 'x')).toMatchObject({ armedUntil: until })

    await giveConfig('box', book)
    expect(await desk.power('box', 'on', 'x')).toEqual({ way: 'woken', networks: ['10.0.0.255'] })
  })

  test('a machine of ours needs no window, and a host that is well no other try', async () => {
    const { desk, apply } = await aDesk()
    await apply(aFleet([aWish()]))

    await expect(desk.arm('store-1', 60_000, 'x')).rejects.toThrow('needs no window')
    await expect(desk.retry('store-1', 'x')).rejects.toMatchObject({ code: 'host.wrong-state' })
    await expect(desk.power('store-1', 'on', 'x')).rejects.toThrow('has not been made yet')
    await expect(desk.host('nobody')).rejects.toMatchObject({ code: 'host.not-found' })
  })

  test('a machine that was reset begins anew, and the book says so', async () => {
    const { desk, apply, book, found } = await aDesk()
    await apply(aFleet([aWish()]))
    found.set('store-1', { power: async () => undefined })
    await book.record('store-1', { type: 'machine.power', data: { state: 'on', cause: 'asked' } })

    expect(await desk.power('store-1', 'reset', 'x')).toEqual({ way: 'switched' })

    const { events } = await desk.host('store-1')
    expect(events.filter(({ type }) => type === 'machine.power').map(({ data }) => data)).toEqual([
      { state: 'on', cause: 'asked' },
      { state: 'on', cause: 'reset' },
    ])
  })

  test('a deleted host is gone with its machine, and from the wish', async () => {
    const { desk, apply, deleted, plans } = await aDesk()
    await apply(aFleet([aWish(), aWish({ name: 'store-2' })]))

    await desk.deleteHost('store-1', 'token:anna')

    expect(deleted).toEqual(['store-1'])
    expect(plans.fleet().hosts.map(({ name }) => name)).toEqual(['store-2'])
    expect((await desk.hosts({}, all)).items.map(({ name }) => name)).toEqual(['store-2'])
  })
})

describe('installers', () => {
  test('are brought along by those only who may name files of this machine', async () => {
    const { desk, apply } = await aDesk()
    const fleet = aFleet([aWish()])
    const byOperator = { prune: false, mayAddInstallers: false, actor: 'token:op' }

    await expect(desk.applyFleet(fleet, byOperator)).rejects.toMatchObject({ code: 'auth.forbidden' })
    await apply(fleet)
    await expect(desk.applyFleet(fleet, byOperator)).resolves.toMatchObject({ changes: [] })
  })

  test('cannot be taken from hosts that need them', async () => {
    const { desk, apply } = await aDesk()
    await apply(aFleet([aWish()]))
    await desk.addInstaller({ name: 'other', isoPath: '/other.iso' }, 'x')

    await expect(desk.removeInstaller('palette', 'x')).rejects.toMatchObject({ code: 'installer.in-use' })
    await expect(desk.addInstaller({ name: 'palette', isoPath: '/x.iso' }, 'x')).rejects.toMatchObject({
      code: 'installer.name-taken',
    })
    expect((await desk.installers()).map(({ name }) => name)).toEqual(['palette', 'other'])
  })

  test('that no host needs are forgotten, and the rest of the fleet stays', async () => {
    const { desk, apply } = await aDesk()
    await apply(aFleet([aWish()]))
    await desk.addInstaller({ name: 'other', isoPath: '/other.iso' }, 'x')
    const { version, hosts } = await desk.fleet()

    await desk.removeInstaller('other', 'x')

    expect((await desk.installers()).map(({ name }) => name)).toEqual(['palette'])
    const after = await desk.fleet()
    expect(after.hosts).toEqual(hosts)
    expect(after.version).not.toBe(version)
    await expect(desk.removeInstaller('other', 'x')).rejects.toMatchObject({ code: 'installer.not-found' })
  })
})

const {
  machine: _,
  match: __,
  labels: ___,
  name: ____,
  profile: _____,
  ...template
} = aWish({
  userData: USER_DATA.replace('managementMode: local', `managementMode: local # ${NEW_HOST_NAME}`),
})
const client = { address: '192.0.2.50', userAgent: 'iPXE', base: 'http://192.0.2.1:8080' }
const facts = { mac: '52:54:00:00:00:88', serial: 'S1' }

describe('machines nobody defined', () => {
  test('are listed with what they told, adopted by name and profile, and armed then', async () => {
    const { desk, apply, discovery, book, plans } = await aDesk()
    await apply(aFleet([], { profiles: [{ name: 'store', template }] }))
    discovery.note(facts, client.address)
    discovery.note(facts, client.address)

    const { items } = await desk.discovered(all)
    const host = await desk.adopt(items[0]?.id ?? '', { name: 'found', profile: 'store' }, 'token:anna')

    expect(items).toMatchObject([{ told: facts, address: client.address }])
    expect(host).toMatchObject({ name: 'found', mac: facts.mac, phase: 'defined' })
    expect(plans.wish('found')?.userData).toContain('# found')
    expect(plans.identify({ mac: '52-54-00-00-00-88' })).toBe('found')
    expect(book.state('found')?.life.armedUntil).toBeDefined()
    expect((await desk.discovered(all)).items).toEqual([])
    await expect(desk.adopt('gone', { name: 'x', profile: 'store' }, 'x')).rejects.toMatchObject({
      code: 'discovered.not-found',
    })
  })

  test('are adopted by themselves where the fleet says so, and told to ask again', async () => {
    const parts = await aDesk()
    await parts.apply(
      aFleet([], {
        profiles: [{ name: 'store', template }],
        unknownHosts: { policy: 'profile', profile: 'store' },
      }),
    )
    const strangers = followPolicy({
      policy: () => parts.plans.fleet().unknownHosts,
      discovery: parts.discovery,
      adopt: async (told, profile) => {
        await adoptMachine({ ...parts, signal }, told, { name: 'store-525400000088', profile, by: 'policy' })
        return 'store-525400000088'
      },
      ...{ clock: parts.clock, log },
    })

    const answer = await strangers.answer(facts, {}, client)

    expect(answer).toMatchObject({ action: 'wait', retryAfterSeconds: 2 })
    expect(parts.plans.identify(facts)).toBe('store-525400000088')
    expect(parts.discovery.all()).toEqual([])
  })

  test('made up by the thousand are not all adopted, and real ones among them are told to ask again', async () => {
    const { clock, discovery } = await aDesk()
    let adopted = 0
    const adopt = async () => `store-${adopted++}`
    const policy = () => ({ policy: 'profile', profile: 'store' }) as const
    const strangers = followPolicy({ policy, discovery, adopt, clock, log })

    for (let at = 0; at < 2000; at += 1) await strangers.answer({ mac: `${at}` }, {}, client)

    expect(adopted).toBe(500)
    expect(await strangers.answer(facts, {}, client)).toMatchObject({ action: 'wait', retryAfterSeconds: 60 })
  })

  test.each([
    ['ignore', 'unknown', 0],
    ['local', 'local', 0],
    ['discover', 'unknown', 1],
  ] as const)('with policy %s are told %s', async (policy, action, noted) => {
    const { discovery, clock } = await aDesk()
    const adopt = async (): Promise<string> => Promise.reject(new Error('nobody is adopted'))
    const strangers = followPolicy({ policy: () => ({ policy }), discovery, adopt, clock, log })
    const also = { platform: 'efi', buildarch: 'x86_64', version: '2.0.0' }

    const answer = await strangers.answer(facts, { ...facts, ...also, cwd: 'x' }, client)

    expect(answer.action).toBe(action)
    expect(discovery.all().map(({ told }) => told)).toEqual(Array(noted).fill({ ...facts, ...also }))
  })
})

test('the hosts there are now are counted, with those that have never asked and without those that are gone', async () => {
  const { desk, apply } = await aDesk()
  const fleet = aFleet([aWish({ name: 'box', ...UNATTENDED }), aWish({ name: 'made' })])
  await apply(fleet)
  expect(await desk.metrics()).toContain('edgeboot_hosts{phase="defined"} 2')

  await desk.deleteHost('box', 'token:anna')

  expect(await desk.metrics()).toContain('edgeboot_hosts{phase="defined"} 1')
})

describe('the log of a host', () => {
  test('is what it wrote to the console its machine keeps, what it sent, or both', async () => {
    const { desk, apply, found } = await aDesk()
    await apply(aFleet([aWish({ name: 'ours' }), aWish({ name: 'box', ...UNATTENDED })]))
    found.set('ours', { consoleLogPath: '/machines/ours/serial.log' })
    const logOf = (name: string, source?: 'serial' | 'network' | 'all') => desk.hostLog(name, source, 100)

    expect([await logOf('ours'), await logOf('box')]).toEqual(['login:', 'of box\n'])
    expect([await logOf('ours', 'serial'), await logOf('box', 'serial')]).toEqual(['login:', ''])
    expect(await logOf('ours', 'network')).toBe('of ours\n')
    expect([await logOf('ours', 'all'), await logOf('box', 'all')]).toEqual(['login:\nof ours\n', 'of box\n'])
    for (const source of ['serial', 'network', 'all'] as const)
      await expect(logOf('nobody', source)).rejects.toMatchObject({ code: 'host.not-found' })
  })
})

describe('hosts without a fleet file', () => {
  const wish = { installer: 'palette', userData: USER_DATA }

  test('join the fleet in force, with the document as hosts get it, and what was there stays', async () => {
    const { desk, apply, plans } = await aDesk()
    await apply(aFleet([aWish({ name: 'there' })]))

    const plan = await desk.addHosts(
      {
        ...wish,
        names: ['new-1', 'new-2'],
        labels: { site: 'berlin' },
        machine: { driver: 'qemu', options: {} },
      },
      'token:anna',
    )

    expect(plan.changes.map(({ kind, object, name }) => `${kind} ${object} ${name}`).toSorted()).toEqual([
      'create host new-1',
      'create host new-2',
      'create profile dashboard',
    ])
    expect(plans.fleet().hosts.map(({ name }) => name)).toEqual(['there', 'new-1', 'new-2'])
    expect(plans.wish('new-2')).toMatchObject({ labels: { site: 'berlin' }, profile: 'dashboard' })
    expect(plans.wish('new-2')?.userData).toMatch(/^#cloud-config/)
    expect(JSON.stringify([plan, await desk.hosts({}, all)])).not.toContain(SECRET)
  })

  test('two who add some at the same time lose nothing', async () => {
    const { desk, apply, plans } = await aDesk()
    await apply(aFleet([]))

    await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        desk.addHosts({ ...wish, names: [name], match: { mac: `52:54:00:00:00:0${name}` } }, 'token:anna'),
      ),
    )

    expect(
      plans
        .fleet()
        .hosts.map(({ name }) => name)
        .toSorted(),
    ).toEqual(['a', 'b', 'c'])
  })

  test.each([
    ['a name that is taken', { names: ['new', 'there'] }, 'host.name-taken'],
    ['a name given twice', { names: ['new', 'new'] }, 'fleet.invalid'],
    ['an ISO nobody registered', { names: ['new'], installer: 'none' }, 'installer.not-found'],
    ['one description of several machines', { names: ['a', 'b'], match: { serial: 'S' } }, 'fleet.invalid'],
    ['user-data with a mistake', { names: ['new'], userData: 'no header' }, 'user-data.invalid'],
    ['nothing to know it by', { names: ['new'] }, 'fleet.invalid'],
  ])('%s is refused, and nothing changes', async (_what, given, code) => {
    const { desk, apply, keeper } = await aDesk()
    await apply(aFleet([aWish({ name: 'there' })]))
    const before = keeper.version()

    await expect(desk.addHosts({ ...wish, ...given }, 'token:anna')).rejects.toMatchObject({ code })

    expect(keeper.version()).toBe(before)
  })
})

describe('what is in ISOs', () => {
  test('is told of registered ones by name, of others by path, and which of those there are is registered', async () => {
    const { desk, apply } = await aDesk()
    await apply(aFleet([]))

    expect(await desk.installerContents('palette')).toMatchObject({ volumeLabel: 'COS_LIVE', artifacts: [] })
    expect(await desk.inspectIso('/isos/x.iso')).toMatchObject({ isoPath: '/isos/x.iso' })
    await expect(desk.installerContents('none')).rejects.toMatchObject({ code: 'installer.not-found' })
    expect((await desk.isos()).items.map(({ path, installer }) => [path, installer])).toEqual([
      ['/palette.iso', 'palette'],
      ['/isos/other.iso', undefined],
    ])
  })
})

test('an uploaded ISO is told of as the list of ISOs would', async () => {
  const { desk, apply } = await aDesk()
  await apply(aFleet([]))
  const body = (async function* () {})()

  const upload = { fileName: 'new.iso', sizeBytes: 3, body }

  expect(await desk.uploadIso(upload, 'token:a')).toEqual({
    path: '/isos/new.iso',
    sizeBytes: 3,
    modifiedAt: 7,
  })
})

describe('user-data that is written in a browser', () => {
  test('is checked in the words of the command line', async () => {
    const { desk } = await aDesk()

    const mistake = '#cloud-config\ninstall:\n  poweroff: sure\n'
    const wrong = await desk.checkUserData(mistake)
    const right = await desk.checkUserData(USER_DATA)

    expect(wrong.findings).toEqual(decodeUserData(mistake).findings)
    expect(wrong.findings.map(({ severity }) => severity)).toContain('error')
    expect(wrong.summary).toBeUndefined()
    expect(right.summary).toEqual({ managementMode: 'local', finish: 'poweroff' })
    expect(JSON.parse(await desk.userDataSchema())).toMatchObject({ type: 'object' })
  })
})
