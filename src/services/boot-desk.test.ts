import { describe, expect, test } from 'vitest'
import { aHost } from '../../test/support/a-host.ts'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { createFixedRandom } from '../../test/support/fixed-random.ts'
import { createSilentLog } from '../../test/support/silent-log.ts'
import { createMemoryStore } from '../adapters/store-memory/memory-store.ts'
import { Failure } from '../domain/failure.ts'
import type { Installer } from '../domain/installer.ts'
import type { RandomAccess } from '../ports/blob-source.ts'
import type { BootClient } from '../ports/boot-desk.ts'
import { type BootDeskDependencies, createBootDesk } from './boot-desk.ts'
import { type HostTexts, sharedPlan } from './boot-plan.ts'
import { openHostBook } from './host-book.ts'
import { createServedInstaller } from './served-installer.ts'
import { installAll, turnAway } from './strangers.ts'
import type { TransferMeter } from './throughput.ts'

const client: BootClient = { address: '192.0.2.7', userAgent: 'iPXE/2.0.0', base: 'http://192.0.2.1:8080' }
const query = {
  mac: '52:54:00:00:00:01',
  uuid: '00000000-0000-4000-8000-000000000001',
  platform: 'pcbios',
  version: '2.0.0',
}
const log = createSilentLog()

const texts: HostTexts = {
  installScript: ({ bootId, token, network, syslog = '' }) =>
    `install ${bootId} ${token} ${JSON.stringify(network)} ${syslog}`,
  userData: ({ token }) => `#cloud-config\n# for ${token}\n`,
}
const installer: Installer = {
  family: 'kairos',
  volumeLabel: 'COS_LIVE',
  architecture: 'x86_64',
  artifacts: [
    { role: 'kernel', path: '/boot/kernel', sizeBytes: 7, extents: [{ offsetBytes: 2048, lengthBytes: 7 }] },
    { role: 'rootfs', path: '/rootfs', sizeBytes: 9, extents: [{ offsetBytes: 4096, lengthBytes: 9 }] },
  ],
  builtInFiles: [],
  kernelArguments: [],
  warnings: [],
}
const blob: RandomAccess = {
  identity: { path: '/a.iso', sizeBytes: 4096, modifiedNs: '5', inode: '1:2' },
  read: async () => new Uint8Array(7),
  verify: async () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
}

async function aDesk({
  classic = false,
  overHttps = false,
  ...admission
}: { readonly classic?: boolean; readonly overHttps?: boolean } & Pick<
  BootDeskDependencies,
  'admit' | 'notBegun' | 'takesSyslog' | 'meter' | 'bootFiles' | 'bootFileObserver'
> = {}) {
  const store = createMemoryStore()
  const clock = createFakeClock()
  const book = await openHostBook({ store, clock, random: createFixedRandom(), log })
  await book.add(aHost())
  const digester = { sha256: async () => 'ab'.repeat(32), [Symbol.asyncDispose]: async () => undefined }
  const digests = { digest: async () => undefined, rememberDigest: async () => undefined }
  const served = createServedInstaller(installer, { blob, digester, digests, log })
  const policy = { identity: 'created', approve: 'auto' } as const
  const desk = createBootDesk({
    book,
    plans: sharedPlan({ installer: served, texts, policy, localBoot: 'auto', overHttps }),
    strangers: classic ? installAll((base) => `classic ${base}`, log) : turnAway(log),
    ...(classic ? { classic: () => ({ installer: served, userData: '#cloud-config\n# for all\n' }) } : {}),
    ...admission,
    clock,
    log,
  })
  return { desk, book, store, served, life: () => book.state('edge-1')?.life }
}

/** Boot id and token out of the fake install script. */
async function installed(desk: Awaited<ReturnType<typeof aDesk>>['desk']) {
  const { script } = await desk.hostScript(query, client)
  const [, bootId = '', token = ''] = script.split(' ')
  return { bootId, token }
}

test('boot files over HTTP are told of with who fetched them, and what is no boot file is not there', async () => {
  const told: unknown[] = []
  const { desk } = await aDesk({
    bootFiles: {
      find: (name) =>
        name === 'snponly.efi' ? { bytes: new Uint8Array(3), mediaType: 'application/efi' } : undefined,
    },
    bootFileObserver: { sent: (what) => told.push(what), aborted: (what) => told.push(what) },
  })

  const { observe } = desk.bootFile('snponly.efi', client) ?? {}
  observe?.sent(2)
  observe?.aborted('gone')

  expect(desk.bootFile('other.efi', client)).toBeUndefined()
  expect(told).toEqual([
    { name: 'snponly.efi', address: '192.0.2.7', bytes: 3, durationMs: 2 },
    { name: 'snponly.efi', address: '192.0.2.7', reason: 'gone' },
  ])
})

describe('scripts have iPXE send what it shows', () => {
  test('to the address by which it reached us, while that is received', async () => {
    let takes = false
    const { desk } = await aDesk({ takesSyslog: () => takes })

    expect(desk.bootScript(client)).not.toContain('set syslog')
    expect((await desk.hostScript(query, client)).script).toMatch(/ $/)
    takes = true
    expect(desk.bootScript(client)).toContain('\nset syslog 192.0.2.1 ||\n')
    expect((await desk.hostScript(query, client)).script).toMatch(/ 192\.0\.2\.1$/)
  })

  test('not to a name, which iPXE cannot send to', async () => {
    const { desk } = await aDesk({ takesSyslog: () => true })

    for (const base of ['http://boot.example:8080', 'http://[2001:db8::1]:8080'])
      expect(desk.bootScript({ ...client, base })).not.toContain('set syslog')
  })
})

describe('a host that is to boot over HTTPS', () => {
  const secureBase = 'https://192.0.2.1:8443'
  const efi = { ...query, platform: 'efi' }

  test('is sent there when it asks without it, before anything of its boot is told', async () => {
    const { desk, life } = await aDesk({ overHttps: true })

    const answer = await desk.hostScript(efi, { ...client, secureBase })

    expect(answer.retryAfterSeconds).toBeUndefined()
    expect(answer.script).toContain(`${secureBase}/ipxe?`)
    expect(answer.script).not.toContain('http://')
    expect(life()).toMatchObject({ phase: 'defined', installs: 0 })
  })

  test('is handed the installer when it asks over HTTPS', async () => {
    const { desk, life } = await aDesk({ overHttps: true })

    const answer = await desk.hostScript(query, { ...client, base: secureBase })

    expect(answer.action).toBe('install')
    expect(life()).toMatchObject({ installs: 1 })
  })

  test('waits, and reads why, where it cannot be', async () => {
    const { desk } = await aDesk({ overHttps: true })

    const unspoken = await desk.hostScript(efi, client)
    const bios = await desk.hostScript(query, { ...client, secureBase })

    expect(unspoken).toMatchObject({ action: 'wait', retryAfterSeconds: 10 })
    expect(unspoken.script).toContain('this server does not speak')
    expect(bios).toMatchObject({ action: 'wait', retryAfterSeconds: 10 })
    expect(bios.script).toContain('iPXE for BIOS')
  })

  test('is sent to its disk as any other', async () => {
    const { desk } = await aDesk({ overHttps: true })
    const { script } = await desk.hostScript(query, { ...client, base: secureBase })
    await desk.userData(script.split(' ')[2] ?? '', client)

    expect((await desk.hostScript(query, client)).action).toBe('local')
  })
})

describe('a known host that asks for its script', () => {
  test('is handed the installer with a boot id and a token of its own', async () => {
    const { desk, life } = await aDesk()

    const first = await installed(desk)
    const second = await installed(desk)

    expect(first.bootId).toMatch(/^[a-z2-7]{16}$/)
    expect(first.token).toMatch(/^[a-z2-7]{32}$/)
    expect(second.token).not.toBe(first.token)
    expect(life()).toMatchObject({ phase: 'script', installs: 2, address: '192.0.2.7' })
  })

  test('gets the network that its media were made for, and none that cannot be', async () => {
    const { desk } = await aDesk()
    const networkFor = async (told: Readonly<Record<string, string>>) =>
      JSON.parse((await desk.hostScript({ ...query, ...told }, client)).script.split(' ')[3] ?? '')

    expect(await networkFor({ address: '192.0.2.20/24', vlan: '42' })).toEqual({
      fixed: { address: '192.0.2.20', prefix: 24, nameServers: [] },
      vlan: 42,
    })
    expect(await networkFor({ address: '192.0.2.20/24 init=/bin/sh', vlan: '42' })).toEqual({})
  })

  test('is told to boot its disk once it has its configuration, whatever it asks', async () => {
    const { desk, life } = await aDesk()
    const { token } = await installed(desk)
    await desk.userData(token, client)

    const answer = await desk.hostScript(query, client)

    expect(answer.action).toBe('local')
    expect(life()).toMatchObject({ phase: 'disk-boot', installs: 1 })
  })

  test('has to wait when it was given up', async () => {
    const { desk, book } = await aDesk()
    await book.record('edge-1', { type: 'host.failed', data: { phase: 'defined', reason: 'x' } })

    const answer = await desk.hostScript(query, client)

    expect(answer).toMatchObject({ action: 'wait', retryAfterSeconds: 10 })
  })

  test('needs both its address and its UUID to be known', async () => {
    const { desk } = await aDesk()

    expect(
      (await desk.hostScript({ ...query, uuid: '00000000-0000-4000-8000-00000000ffff' }, client)).action,
    ).toBe('unknown')
    expect((await desk.hostScript({ mac: query.mac }, client)).action).toBe('unknown')
    expect((await desk.hostScript({}, client)).action).toBe('unknown')
  })

  test('is not answered when the event cannot be stored: nobody is installed by accident', async () => {
    const { desk, store } = await aDesk()
    store.appendEvents = () => Promise.reject(new Error('disk full'))

    await expect(desk.hostScript(query, client)).rejects.toThrow('disk full')
  })

  test('gives its place back when it is not handed the installer after all', async () => {
    const places: string[] = []
    const { desk, store } = await aDesk({
      admit: (host) => places.push(`in ${host}`) > 0,
      notBegun: (host) => void places.push(`out ${host}`),
    })
    store.addBoot = async () => {
      throw new Failure('store.failed', 'the disk is full')
    }

    await expect(desk.hostScript(query, client)).rejects.toMatchObject({ code: 'store.failed' })

    expect(places).toEqual(['in edge-1', 'out edge-1'])
  })
})

describe('the configuration', () => {
  test('is served as often as the installer asks, and as an empty document once the host is installed', async () => {
    const { desk } = await aDesk()
    const { token } = await installed(desk)

    const during = [await desk.userData(token, client), await desk.userData(token, client)]
    await desk.phoneHome(token, 'after-install', '', client)
    const afterwards = await desk.userData(token, client)

    expect(during.map((answer) => answer?.document)).toEqual(Array(2).fill(`#cloud-config\n# for ${token}\n`))
    expect(afterwards?.document).toBe('#cloud-config\n')
  })

  test('is not there for any other token, a boot id least of all', async () => {
    const { desk } = await aDesk()
    const { bootId } = await installed(desk)

    expect(await desk.userData('a'.repeat(32), client)).toBeUndefined()
    expect(await desk.userData(bootId, client)).toBeUndefined()
    expect(await desk.userData('../../etc/passwd', client)).toBeUndefined()
  })
})

describe('artifacts', () => {
  test('are told apart by boot id, and each transfer is recorded for its host', async () => {
    const { desk, life } = await aDesk()
    const { bootId } = await installed(desk)

    const observer = desk.artifact(bootId, 'palette-kernel', client)?.observe()
    observer?.started()
    observer?.finished(7)
    await desk.phoneHome('', '', '', client)
    await Promise.resolve()

    await expect.poll(() => life()?.transfers.kernel).toMatchObject({ bytes: 7, total: 7 })
    expect(life()?.phase).toBe('kernel')
  })

  test('are counted for the host, by the classic names for the address, and once for a cache', async () => {
    const counted: (string | undefined)[] = []
    const meter: TransferMeter = {
      count: (observer, who) => {
        counted.push(who)
        return observer
      },
    }
    const { desk, served } = await aDesk({ classic: true, meter })
    const { bootId } = await installed(desk)
    await served.learnDigests(new AbortController().signal)

    desk.artifact(bootId, 'palette-kernel', client)?.observe()
    desk.classicArtifact('palette-kernel', client)?.observe()
    desk.artifactByDigest('ab'.repeat(32), 'palette-kernel')?.observe()

    expect(counted).toEqual(['edge-1', '192.0.2.7', undefined])
  })

  test('are not there under unknown boots and names', async () => {
    const { desk } = await aDesk()
    const { bootId } = await installed(desk)

    expect(desk.artifact('a'.repeat(16), 'palette-kernel', client)).toBeUndefined()
    expect(desk.artifact(bootId, 'shadow', client)).toBeUndefined()
  })

  test('have an immutable address as soon as their digest is known', async () => {
    const { desk, served } = await aDesk()
    const digest = 'ab'.repeat(32)
    expect(desk.artifactByDigest(digest, 'palette-kernel')).toBeUndefined()

    await served.learnDigests(AbortSignal.timeout(1000))

    expect(desk.artifactByDigest(digest, 'palette-kernel')?.sizeBytes).toBe(7)
  })
})

describe('another machine', () => {
  test('does not get the configuration of a host, and its try is recorded', async () => {
    const { desk, store } = await aDesk()
    const { token } = await installed(desk)

    const stolen = await desk.userData(token, { ...client, address: '192.0.2.66' })

    expect(stolen).toBeUndefined()
    expect((await store.events()).at(-1)).toMatchObject({
      type: 'config.refused',
      data: { address: '192.0.2.66' },
    })
    expect((await desk.userData(token, client))?.document).toContain('# for')
  })

  test('that downloads the root file system of the boot is the same host with a new address', async () => {
    const { desk } = await aDesk()
    const { bootId, token } = await installed(desk)
    const live = { ...client, address: '192.0.2.8' }

    desk.artifact(bootId, 'palette.squashfs', live)?.observe().started()

    expect((await desk.userData(token, live))?.document).toContain('# for')
  })

  test('with the same MAC address and another UUID is nobody we know', async () => {
    const { desk } = await aDesk()

    const answer = await desk.hostScript({ ...query, uuid: '00000000-0000-4000-8000-00000000ffff' }, client)

    expect(answer.action).toBe('unknown')
  })

  test('is the same host when its firmware shows the UUID in the other byte order', async () => {
    const { desk, book } = await aDesk()
    await book.add(
      aHost({
        name: 'edge-2',
        spec: { mac: '52:54:00:00:00:02' as never, uuid: '00112233-4455-4677-8899-aabbccddeeff' as never },
      }),
    )

    const asked = { ...query, mac: '52:54:00:00:00:02', uuid: '33221100-5544-7746-8899-aabbccddeeff' }

    expect((await desk.hostScript(asked, client)).action).toBe('install')
  })
})

test('what a host repeats for hours fills no store', async () => {
  const { desk, store } = await aDesk()
  const { token } = await installed(desk)
  await desk.userData(token, client)
  await desk.phoneHome(token, 'disk-boot', '', client)
  const before = (await store.events()).length

  for (let again = 0; again < 200; again += 1) {
    expect((await desk.hostScript(query, client)).action).toBe('local')
    expect(await desk.userData(token, client)).toEqual({ document: '#cloud-config\n' })
    await desk.userData(token, { ...client, address: '192.0.2.66' })
    await desk.phoneHome(token, 'disk-boot', '', client)
  }

  expect((await store.events()).length - before).toBeLessThan(150)
})

test('an answer that cannot be stored in time is none', async () => {
  const store = createMemoryStore()
  const clock = createFakeClock()
  const book = await openHostBook({
    store: { ...store, appendEvents: () => new Promise(() => undefined) },
    ...{ clock, random: createFixedRandom(), log },
  })
  await book.add(aHost())
  const plans = { of: () => undefined, has: () => false, identify: () => undefined, installers: () => [] }
  const desk = createBootDesk({ book, plans, strangers: turnAway(log), clock, log })

  await expect(desk.hostScript(query, client)).rejects.toMatchObject({ code: 'store.failed' })
})

describe('classic names', () => {
  test('are off unless they are asked for', async () => {
    const { desk } = await aDesk()

    expect(desk.classicArtifact('palette-kernel', client)).toBeUndefined()
    expect(await desk.classicUserData(client)).toBeUndefined()
  })

  test('give the installer to machines nobody announced', async () => {
    const { desk } = await aDesk({ classic: true })

    expect(await desk.hostScript({}, client)).toEqual({
      action: 'install',
      script: 'classic http://192.0.2.1:8080',
    })
    expect((await desk.classicUserData(client))?.document).toBe('#cloud-config\n# for all\n')
    expect(desk.classicArtifact('palette-kernel', client)?.sizeBytes).toBe(7)
  })
})

describe('after a restart', () => {
  test('boots and tokens are still good', async () => {
    const { desk, store } = await aDesk()
    const { token } = await installed(desk)

    const book = await openHostBook({ store, clock: createFakeClock(), random: createFixedRandom(), log })

    expect(book.byToken(token as never)?.state.life.phase).toBe('script')
  })
})
