import { describe, expect, test } from 'vitest'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { createFixedRandom } from '../../test/support/fixed-random.ts'
import { parseMacAddress } from '../domain/mac-address.ts'
import type { BootFetcher, Fetched } from '../ports/boot-fetcher.ts'
import { type SimulateOptions, simulateBoot } from './simulate-boot.ts'
import { macAfter, simulateFleet } from './simulate-fleet.ts'

const BASE = 'http://192.0.2.1:8080'
const SCRIPT = `#!ipxe
kernel ${BASE}/b/x/palette-kernel root=live:${BASE}/b/x/palette.squashfs config_url=${BASE}/h/t/config.yaml
initrd ${BASE}/b/x/palette-initrd
boot
`
const { signal } = new AbortController()

type Answer = Partial<Fetched> | Error

/** A server that answers by the path; what is not there is answered with 404. */
function aServer(answers: Readonly<Record<string, Answer | readonly Answer[]>>) {
  const asked: string[] = []
  const counts = new Map<string, number>()
  const answer = async (what: string, path: string): Promise<Fetched> => {
    asked.push(what)
    const given = answers[path] ?? { status: 404 }
    const turn = counts.get(path) ?? 0
    counts.set(path, turn + 1)
    const now = Array.isArray(given) ? (given[Math.min(turn, given.length - 1)] as Answer) : (given as Answer)
    if (now instanceof Error) throw now
    return { status: 200, firstByteMs: 1, durationMs: 2, bytes: 100, text: '', ...now }
  }
  const pathOf = (url: string): string => new URL(url).pathname
  const fetcher: BootFetcher = {
    get: (url, { from, breakAfterBytes, bytesPerSecond }) => {
      const how = [
        ...(from ? [`from ${from}`] : []),
        ...(breakAfterBytes ? ['broken off'] : []),
        ...(bytesPerSecond ? [`at ${bytesPerSecond}`] : []),
      ]
      return answer([pathOf(url), ...how].join(' '), pathOf(url))
    },
    postJson: (url, body) => answer(`${pathOf(url)} ${JSON.stringify(body)}`, pathOf(url)),
  }
  return { asked, fetcher }
}

const COMPLETE = {
  '/ipxe': { text: SCRIPT },
  '/b/x/palette-kernel': {},
  '/b/x/palette-initrd': {},
  '/b/x/palette.squashfs': { bytes: 5000 },
  '/h/t/config.yaml': { text: '#cloud-config\n' },
  '/h/t/events': {},
}
const MACHINE = { mac: '02:eb:00:00:00:01', uuid: '00000000-0000-4000-8000-000000000001', breaksOff: false }

async function boot(
  answers: Parameters<typeof aServer>[0],
  machine: Partial<typeof MACHINE> = {},
  options: Partial<SimulateOptions> = {},
) {
  const { asked, fetcher } = aServer(answers)
  const clock = createFakeClock()
  const given = { serverUrl: BASE, fetcher, clock, patienceMs: 60_000, installMs: 0, ...options }
  return { asked, boot: await simulateBoot({ ...MACHINE, ...machine }, given, signal) }
}

describe('a simulated host', () => {
  test('asks for all that a machine asks for, in its order', async () => {
    const { asked, boot: seen } = await boot(COMPLETE)

    expect(asked).toEqual([
      '/ipxe',
      '/b/x/palette-kernel',
      '/b/x/palette-initrd',
      '/b/x/palette.squashfs',
      '/h/t/config.yaml',
      '/h/t/events {"stage":"before-install"}',
      '/h/t/events {"stage":"after-install"}',
      '/h/t/events {"stage":"disk-boot"}',
    ])
    expect(seen).toMatchObject({ outcome: 'installed', waits: 0 })
    expect(seen.requests.map(({ kind, bytes, isOk }) => [kind, bytes, isOk])).toEqual([
      ['script', 100, true],
      ['kernel', 100, true],
      ['initrd', 100, true],
      ['rootfs', 5000, true],
      ['config', 100, true],
      ['report', 100, true],
      ['report', 100, true],
      ['report', 100, true],
    ])
  })

  test('takes its time for the installation before it says that it is done', async () => {
    const fleet = await boot(COMPLETE, {}, { installMs: 240_000 })
    const script = SCRIPT.replace('/h/t/config.yaml', '/config.yaml')
    const classic = { ...COMPLETE, '/ipxe': { text: script }, '/config.yaml': { text: '#cloud-config\n' } }
    const alone = await boot(classic, {}, { installMs: 240_000 })

    expect([fleet.boot.durationMs, alone.boot.durationMs]).toEqual([240_000, 240_000])
    expect(fleet.asked.filter((what) => what.includes('events'))).toHaveLength(3)
    expect(alone.asked.filter((what) => what.includes('events'))).toEqual([])
  })

  test('downloads at the rate of its network card', async () => {
    const { asked } = await boot(COMPLETE, {}, { hostBytesPerSecond: 1_000_000 })

    expect(asked.filter((what) => what.endsWith(' at 1000000'))).toHaveLength(4)
  })

  test('goes on where it was when its connection breaks', async () => {
    const { asked, boot: seen } = await boot(COMPLETE, { breaksOff: true })

    expect(asked.filter((what) => what.includes('squashfs'))).toEqual([
      '/b/x/palette.squashfs broken off',
      '/b/x/palette.squashfs from 5000',
    ])
    expect(seen.outcome).toBe('installed')
  })

  test('waits as long as it is told to, and not for ever', async () => {
    const wait = { status: 503, retryAfterSeconds: 10 }
    const served = await boot({ ...COMPLETE, '/ipxe': [wait, wait, { text: SCRIPT }] })
    const given = await boot({ '/ipxe': wait })

    expect(served.boot).toMatchObject({ outcome: 'installed', waits: 2, durationMs: 20_000 })
    expect(given.boot).toMatchObject({
      outcome: 'refused',
      reason: 'it was told to wait for too long',
      waits: 7,
    })
  })

  test.each([
    ['a script that boots no kernel', { '/ipxe': { text: '#!ipxe\nexit\n' } }, 'refused', /define it/],
    ['no script', { '/ipxe': { status: 404 } }, 'refused', /answered 404/],
    ['a server that is away', { '/ipxe': new Error('connect ECONNREFUSED') }, 'failed', /ECONNREFUSED/],
    [
      'no root file system',
      { ...COMPLETE, '/b/x/palette.squashfs': { status: 404 } },
      'failed',
      /rootfs.*404/,
    ],
    ['an empty configuration', { ...COMPLETE, '/h/t/config.yaml': { text: '' } }, 'failed', /header/],
  ] as const)('%s ends it, with the reason', async (_what, answers, outcome, reason) => {
    const { boot: seen } = await boot(answers)

    expect(seen.outcome).toBe(outcome)
    expect(seen.reason).toMatch(reason)
  })
})

describe('a simulated fleet', () => {
  const firstMac = parseMacAddress('02:eb:00:00:00:fe')
  if (!firstMac) throw new Error('no address')

  test('has so many hosts with addresses of their own, a share of which breaks off', async () => {
    const { asked, fetcher } = aServer(COMPLETE)
    const through: number[] = []

    const simulation = await simulateFleet(
      {
        ...{ serverUrl: BASE, fetcher, clock: createFakeClock(), patienceMs: 1000, installMs: 0 },
        ...{ hosts: 20, withinMs: 5000, breakShare: 0.25, firstMac, random: createFixedRandom() },
        progressed: (count) => through.push(count),
      },
      signal,
    )

    expect(simulation).toMatchObject({ hosts: 20, installed: 20, refused: 0, failed: 0 })
    expect(simulation.requests.rootfs?.count).toBe(25)
    expect(asked.filter((what) => what === '/ipxe').length).toBe(20)
    expect(through).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
  })

  test('addresses are counted in their last three pairs', () => {
    expect([0, 1, 2, 0x01_00_00].map((count) => macAfter(firstMac, count))).toEqual([
      '02:eb:00:00:00:fe',
      '02:eb:00:00:00:ff',
      '02:eb:00:00:01:00',
      '02:eb:00:01:00:fe',
    ])
  })
})
