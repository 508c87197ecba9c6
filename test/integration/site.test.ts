import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createSystemClock } from '../../src/adapters/clock-system/system-clock.ts'
import { createCryptoRandom } from '../../src/adapters/random-crypto/crypto-random.ts'
import { createMemoryStore } from '../../src/adapters/store-memory/memory-store.ts'
import { openServerCertificate } from '../../src/adapters/tls-x509/server-certificate.ts'
import { createUserDataReader } from '../../src/adapters/user-data-threads/user-data-reader.ts'
import { openSite, type Site, type SiteOptions } from '../../src/app/open-site.ts'
import type { Workplace } from '../../src/app/workplace.ts'
import type { DesiredFleet } from '../../src/domain/desired-fleet.ts'
import type { MachineSpec, PowerChange } from '../../src/domain/machine.ts'
import type { Machine, MachineDriver } from '../../src/ports/machine-driver.ts'
import { aFleet, aWish } from '../support/a-fleet.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { createSilentLog } from '../support/silent-log.ts'
import { standInIso } from '../support/stand-in-iso.ts'

const log = createSilentLog()

/** A driver whose machines do nothing but go on, and the names of those it was asked for. */
function aDriver(): { readonly driver: MachineDriver; readonly made: string[] } {
  const made: string[] = []
  const machines = new Map<string, Machine>()
  const driver: MachineDriver = {
    kind: 'qemu',
    can: { typeKeys: false, screenshot: false, seeGuestResets: false, forwardPorts: true },
    describe: async () => 'machines that do nothing',
    serverAddress: () => '127.0.0.1',
    check: async () => undefined,
    create: async (spec) => {
      made.push(spec.name)
      const machine = machines.get(spec.name) ?? aMachine(spec)
      machines.set(spec.name, machine)
      return machine
    },
    find: async (name) => machines.get(name),
    delete: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  }
  return { driver, made }
}

function aMachine(spec: MachineSpec): Machine {
  let power: PowerChange = { state: 'off', cause: 'asked' }
  return {
    name: spec.name,
    spec,
    powerState: async () => power.state,
    power: async (action) => {
      power = { state: action === 'off' ? 'off' : 'on', cause: 'asked' }
    },
    setMedia: async () => undefined,
    typeKeys: async () => undefined,
    screenshot: async () => new Uint8Array(),
    async *watch() {
      yield power
    },
    endpoint: () => undefined,
  }
}

function aStore(): Workplace['store'] {
  const settings = new Map<string, string>()
  return {
    ...createMemoryStore(),
    setting: async (name) => settings.get(name),
    saveSetting: async (name, value) => void settings.set(name, value),
    installers: async () => [],
    addInstaller: async () => undefined,
    removeInstaller: async () => false,
    digest: async () => undefined,
    rememberDigest: async () => undefined,
  }
}

function aPlace(driver: MachineDriver, store = aStore()): Workplace {
  const probe = { ok: false, detail: '' }
  const digester = { sha256: async () => 'ab'.repeat(32), [Symbol.asyncDispose]: async () => undefined }
  return {
    directory: '/nowhere',
    store,
    drivers: { kinds: [driver.kind], of: () => driver },
    digester,
    reader: createUserDataReader(),
    prober: { tcp: async () => probe, tls: async () => probe, http: async () => probe },
    screenshots: { save: async () => '/picture.png' },
    clock: createSystemClock(),
    random: createCryptoRandom(),
    log,
  } as Partial<Workplace> as Workplace
}

function aSite(place: Workplace, given: Partial<SiteOptions> = {}): Promise<Site> {
  return openSite(
    place,
    {
      bootHost: '127.0.0.1',
      bootPort: 0,
      drives: () => true,
      retry: false,
      pauseMs: () => undefined,
      ...given,
    },
    AbortSignal.timeout(60_000),
  )
}

async function aFleetOf(names: readonly string[], profile: DesiredFleet['profiles'][number]) {
  const machine = { driver: 'qemu', boot: 'pxe', memoryMiB: 4096, options: {} } as const
  const hosts = names.map((name) => aWish({ name, machine }))
  return aFleet(hosts, {
    installers: [{ name: 'palette', isoPath: await standInIso() }],
    profiles: [profile],
  })
}

/** Resolves as soon as the machine of a host is about to be switched on. */
function starting({ book }: Site, name: string): Promise<void> {
  return new Promise((resolve) => {
    const end = book.subscribe(({ host, type, data }) => {
      if (host !== name || type !== 'machine.power' || data.state !== 'starting') return
      end()
      resolve()
    })
  })
}

const apply = (site: Site, fleet: DesiredFleet) =>
  site.keeper.apply(fleet, { prune: false }, AbortSignal.timeout(60_000))

describe('a fleet whose hosts boot over HTTPS', () => {
  const firmware = { driver: 'qemu', boot: 'pxe', firmware: 'uefi', memoryMiB: 4096, options: {} } as const
  const netboot = (certificate: 'public' | 'private-authority') =>
    ({ certificate, ipxeTrustsAuthority: false, signed: { x64: {}, arm64: {} } }) as const

  /** A store with such a fleet, whose only host was not begun yet. */
  async function aKeptFleet() {
    const store = aStore()
    const { driver } = aDriver()
    await using site = await aSite(aPlace(driver, store), { netboot: netboot('public'), drives: () => false })
    const fleet = await aFleetOf([], { name: 'store' })
    await apply(site, { ...fleet, hosts: [aWish({ machine: firmware, bootScheme: 'https' })] })
    return aPlace(driver, store)
  }

  test('tells them over HTTP where HTTPS is, and hands them their boot there', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'edgeboot-site-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    const clock = createSystemClock()
    const certificate = await openServerCertificate({ directory, names: [], clock, leaf: 'boot' })
    const bootTls = { certificate, kind: 'private-authority', port: 0 } as const
    const { driver } = aDriver()
    await using site = await aSite(aPlace(driver), {
      ...{ bootTls, drives: () => false },
      netboot: { ...netboot('private-authority'), ipxeTrustsAuthority: true },
    })
    const fleet = await aFleetOf([], { name: 'store' })
    await apply(site, { ...fleet, hosts: [aWish({ machine: firmware, bootScheme: 'https' })] })
    const { mac, uuid } = site.book.state('store-1')?.host.spec ?? {}
    const question = `/ipxe?mac=${mac}&uuid=${uuid}&platform=efi`
    const curl = async (url: string) =>
      (await promisify(execFile)('curl', ['-sf', '--cacert', certificate.authorityPath ?? '', url])).stdout

    const told = await curl(`http://${site.listening}${question}`)
    const handed = await curl(`https://${site.listeningTls}${question}`)

    expect(told).toContain(`https://${site.listeningTls}/ipxe?`)
    expect(told).not.toMatch(/\/b\/|\/h\//)
    expect(handed).toContain(`kernel`)
    expect(handed).toContain(`root=live:https://${site.listeningTls}/b/`)
    expect(handed).toContain(`config_url=https://${site.listeningTls}/h/`)
    expect(handed).not.toContain('http://')
    expect(await curl(`http://${site.listening}/ca.crt`)).toBe(certificate.authorityPem)
  })

  test('keeps a server from starting whose certificate they would refuse', async () => {
    const place = await aKeptFleet()

    const starting = aSite(place, { netboot: netboot('private-authority') })

    await expect(starting).rejects.toMatchObject({
      code: 'tls.impossible',
      message: expect.stringMatching(/^host store-1: .*a private authority[\s\S]*--unbootable wait/),
    })
  })

  test('lets it start where they may wait, so that the fleet can be corrected', async () => {
    const place = await aKeptFleet()
    const options = {
      netboot: netboot('private-authority'),
      unbootable: 'wait',
      drives: () => false,
    } as const

    await using site = await aSite(place, options)
    const fleet = site.plans.fleet()
    await apply(site, { ...fleet, hosts: [aWish({ machine: firmware })] })

    expect(site.plans.wish('store-1')?.bootScheme).toBeUndefined()
  })

  test('no longer matters once they are installed', async () => {
    const place = await aKeptFleet()
    {
      await using site = await aSite(place, { netboot: netboot('public'), drives: () => false })
      const data = { bytes: 1, address: '192.0.2.7', userAgent: '', inert: false }
      await site.book.record('store-1', { type: 'config.served', data })
    }

    await using site = await aSite(place, { netboot: netboot('private-authority'), drives: () => false })

    expect(site.plans.has('store-1')).toBe(true)
  })
})

describe('a fleet that is brought up', () => {
  test('has no more machines made than may install at a time; the next one comes with the next place', async () => {
    const { driver, made } = aDriver()
    await using site = await aSite(aPlace(driver))
    const first = starting(site, 'store-1')
    const second = starting(site, 'store-2')

    await apply(site, await aFleetOf(['store-1', 'store-2', 'store-3'], { name: 'store', maxParallel: 1 }))
    await first
    expect(made).toEqual(['store-1'])

    const address = '192.0.2.7'
    await site.book.record('store-1', {
      type: 'config.served',
      data: { bytes: 1, address, userAgent: '', inert: false },
    })
    await site.book.record('store-1', {
      type: 'host.stage',
      data: { stage: 'after-install', detail: '', address },
    })
    await second
    expect(made).toEqual(['store-1', 'store-2'])
  })

  /** A site that finds store-1 being started since then, with a driver that fails for it, and store-2 waiting. */
  async function anIllDriver(since: number) {
    const { driver, made } = aDriver()
    const store = aStore()
    {
      const place = { ...aPlace(driver, store), clock: createFakeClock(since) }
      await using before = await aSite(place, { drives: () => false })
      await apply(before, await aFleetOf(['store-1', 'store-2'], { name: 'store', maxParallel: 1 }))
      await before.book.record('store-1', {
        type: 'machine.power',
        data: { state: 'starting', cause: 'asked' },
      })
    }
    const create: MachineDriver['create'] = async (spec, signal) => {
      if (spec.name === 'store-1') throw new Error('the hypervisor is ill')
      return await driver.create(spec, signal)
    }
    const broken = Promise.withResolvers<void>()
    const place = {
      ...aPlace({ ...driver, create }, store),
      log: { ...log, warn: () => broken.resolve() },
    }
    let mayBegin = false
    const site = await aSite(place, { drives: () => mayBegin, pauseMs: () => 60_000 })
    const begin = async () => {
      mayBegin = true
      await apply(site, site.plans.fleet())
    }
    return { site, made, begin, broken: broken.promise }
  }

  test('goes on at once with what was on its way when the program ended', async () => {
    const { driver } = aDriver()
    const store = aStore()
    {
      await using before = await aSite(aPlace(driver, store), { drives: () => false })
      await apply(before, await aFleetOf(['store-1'], { name: 'store' }))
      await before.book.record('store-1', {
        type: 'machine.power',
        data: { state: 'starting', cause: 'asked' },
      })
    }
    const found = Promise.withResolvers<void>()
    const create: MachineDriver['create'] = async (spec, signal) => {
      found.resolve()
      return await driver.create(spec, signal)
    }

    await using site = await aSite(aPlace({ ...driver, create }, store))
    // Settled: its loop broke.
    await Promise.race([found.promise, site.runner.settled(['store-1'], AbortSignal.timeout(60_000))])

    expect(site.runner.trouble('store-1')).toBeUndefined()
  })

  test('ends only when what was noted of hosts is stored', async () => {
    const store = aStore()
    const { driver } = aDriver()
    {
      await using site = await aSite(aPlace(driver, store), { drives: () => false })
      await apply(site, await aFleetOf(['store-1'], { name: 'store' }))
      const started = { type: 'artifact.started', data: { role: 'kernel', bytes: 0, total: 2 } } as const
      void site.book.note('store-1', started)
    }

    expect(await store.events({ host: 'store-1', type: 'artifact.started' })).toHaveLength(1)
  })

  test('counts a host that is on its way although its driver fails', async () => {
    const { site, made, begin, broken } = await anIllDriver(Date.now())
    await using _ = site

    await begin()
    await broken
    await new Promise((resolve) => setImmediate(resolve))

    expect(made).toEqual([])
    expect(site.book.state('store-1')?.life.phase).toBe('starting')
  })

  test('gives up a host whose driver fails for longer than it may take, and goes on with the next', async () => {
    const { site, made, begin } = await anIllDriver(Date.now() - 3_600_000)
    await using _ = site
    const next = starting(site, 'store-2')

    await begin()
    await next

    expect(made).toEqual(['store-2'])
    expect(site.book.state('store-1')?.life.failure?.reason).toContain('the hypervisor is ill')
  })

  test('has no machine made for a host that waits for approval', async () => {
    const { driver, made } = aDriver()
    await using site = await aSite(aPlace(driver))
    const fleet = await aFleetOf(['store-1', 'store-2'], { name: 'store' })
    const [first, second] = fleet.hosts
    if (!first || !second) throw new Error('two hosts were asked for')
    const other = starting(site, 'store-2')
    const allowed = starting(site, 'store-1')

    await apply(site, { ...fleet, hosts: [{ ...first, approve: 'manual' }, second] })
    await other
    expect(made).toEqual(['store-2'])

    await site.book.record('store-1', { type: 'host.approved', data: { by: 'anna' } })
    await allowed
    expect(made).toEqual(['store-2', 'store-1'])
  })

  test('has a host that had failed before its installation tried once more where that is wanted', async () => {
    const { driver, made } = aDriver()
    const store = aStore()
    const reason = 'nobody plugged it in'
    {
      await using before = await aSite(aPlace(driver, store), { drives: () => false })
      await apply(before, await aFleetOf(['store-1'], { name: 'store' }))
      await before.book.record('store-1', { type: 'host.failed', data: { phase: 'defined', reason } })
    }

    let mayBegin = false
    await using site = await aSite(aPlace(driver, store), { retry: true, drives: () => mayBegin })
    const again = starting(site, 'store-1')
    mayBegin = true
    site.runner.look()
    await again
    await site.book.record('store-1', { type: 'host.failed', data: { phase: 'starting', reason } })
    await site.runner.settled(['store-1'], AbortSignal.timeout(60_000))

    expect(made).toEqual(['store-1'])
    expect(site.book.state('store-1')?.life.phase).toBe('failed')
  })
})
