import { expect, test } from 'vitest'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { createFixedRandom } from '../../test/support/fixed-random.ts'
import { createSilentLog } from '../../test/support/silent-log.ts'
import type { EdgeHostAnswer, ProjectAnswer } from '../domain/palette-answer.ts'
import type { Uuid } from '../domain/uuid.ts'
import type { PaletteRegistry } from '../ports/palette-registry.ts'
import { createRegistrationCheck, type RegistrationOptions } from './registration-check.ts'

const HOST = { name: 'edge-1', uuid: '00112233-4455-6677-8899-aabbccddeeff' as Uuid }
const ID = 'edge-00112233445566778899aabbccddeeff'
const READY = found('ready', 'healthy')
const signal = () => new AbortController().signal

function found(state: string, health: string, createdAt = 1): EdgeHostAnswer {
  return { kind: 'found', record: { uid: ID, state, health, createdAt } }
}

function throttled(retryAfterMs?: number): EdgeHostAnswer {
  const more = retryAfterMs === undefined ? {} : { retryAfterMs }
  return { kind: 'trouble', trouble: 'throttled', detail: 'too many requests', ...more }
}

/** Palette answers one after the other; the last answer stays. Only the straight id is known to it. */
function aCheck(answers: EdgeHostAnswer[], options: RegistrationOptions & { project?: ProjectAnswer } = {}) {
  const clock = createFakeClock(0)
  const calls: { readonly id: string; readonly at: number }[] = []
  const registry: PaletteRegistry = {
    description: 'https://palette.test',
    project: async () => options.project,
    edgeHost: async (id) => {
      calls.push({ id, at: clock.now() })
      if (id !== ID) return { kind: 'not-found' }
      return (answers.length > 1 ? answers.shift() : answers[0]) ?? { kind: 'not-found' }
    },
  }
  const log = createSilentLog()
  const check = createRegistrationCheck({ registry, clock, random: createFixedRandom(), log }, options)
  return {
    check,
    clock,
    calls,
    gaps: () => calls.slice(1).map(({ at }, index) => at - (calls[index]?.at ?? 0)),
  }
}

test('the first look comes after half a minute, further ones every ten seconds', async () => {
  const { check, calls, gaps } = aCheck([{ kind: 'not-found' }, found('unpaired', ''), READY])

  const verdict = await check.waitRegistered(HOST, signal())

  expect(verdict).toEqual({ ok: true, reason: `edge host ${ID}: Palette has it as ready and healthy` })
  expect(calls[0]?.at).toBeGreaterThanOrEqual(27_000)
  expect(calls[0]?.at).toBeLessThanOrEqual(33_000)
  for (const gap of gaps()) expect(Math.abs(gap - 10_000)).toBeLessThanOrEqual(1000)
})

test('both orders of the UUID are looked for in turn until one is found', async () => {
  const { check, calls } = aCheck([{ kind: 'not-found' }, found('ready', 'unhealthy'), READY])

  await check.waitRegistered(HOST, signal())

  expect(calls.map(({ id }) => id === ID)).toEqual([true, false, true, true])
})

test('a host that never appears is given up after twenty minutes with what was seen last', async () => {
  const { check, clock } = aCheck([{ kind: 'not-found' }])

  const { ok, reason } = await check.waitRegistered(HOST, signal())

  expect(ok).toBe(false)
  expect(reason).toMatch(/not registered and healthy within 20 min 00 s; last seen: no edge host edge-0011/)
  expect(clock.now()).toBe(20 * 60_000)
})

test('a host that joined a cluster at once counts as registered', async () => {
  const { check } = aCheck([found('in-use', 'healthy')])

  expect(await check.waitRegistered(HOST, signal())).toMatchObject({ ok: true })
})

test('one "too many requests" keeps every host away for as long as Palette says', async () => {
  const { check, clock, calls } = aCheck([throttled(120_000), READY], { initialDelayMs: 0 })
  const hosts = [HOST, { ...HOST, name: 'edge-2' }]
  await check.look(HOST, 0, signal())
  const throttledAt = clock.now()

  await Promise.all(hosts.map((host) => check.waitRegistered(host, signal())))

  expect(calls.length).toBeGreaterThanOrEqual(3)
  for (const { at } of calls.slice(1)) expect(at - throttledAt).toBeGreaterThanOrEqual(120_000)
})

test('many hosts share one rate limit', async () => {
  const rate = { perSecond: 2, burst: 4 }
  const { check, calls } = aCheck([{ kind: 'not-found' }], { rate, timeoutMs: 60_000 })
  const hosts = Array.from({ length: 50 }, (_, index) => ({ ...HOST, name: `edge-${index}` }))

  await Promise.all(hosts.map((host) => check.waitRegistered(host, signal())))

  const lastAt = calls.at(-1)?.at ?? 0
  expect(calls.length).toBeLessThanOrEqual(4 + (2 * lastAt) / 1000 + 1)
  for (const { at } of calls) {
    const inSecond = calls.filter((call) => call.at >= at && call.at < at + 1000)
    expect(inSecond.length).toBeLessThanOrEqual(4 + 2)
  }
})

test('between its turns a host is told what was seen last', async () => {
  const { check, clock, calls } = aCheck([found('ready', 'unhealthy'), READY], { initialDelayMs: 0 })

  clock.advance(1)
  const first = await check.look(HOST, 0, signal())
  const second = await check.look(HOST, 0, signal())
  clock.advance(11_000)
  const third = await check.look(HOST, 0, signal())

  expect(second).toEqual(first)
  expect(check.lastSeen('edge-1')).toBe(third.reason)
  expect([first.ok, third.ok, calls.length]).toEqual([false, true, 2])
})

test('a duplicate is warned of before the installation, and proves nothing after it', async () => {
  const renewed = found('ready', 'healthy', 2)
  const { check } = aCheck([READY, READY, READY, renewed], { initialDelayMs: 0 })
  const { warnings } = await check.checkBefore(HOST, signal())

  const waiting = check.waitRegistered(HOST, signal())

  expect(warnings).toEqual([expect.stringMatching(/^edge-1: Palette has it as ready.*deleted in Palette$/)])
  expect(await waiting).toMatchObject({ ok: true })
})

test('an old record that stays is named as the reason', async () => {
  const { check } = aCheck([READY])
  await check.checkBefore(HOST, signal())

  const { ok, reason } = await check.waitRegistered(HOST, signal())

  expect(ok).toBe(false)
  expect(reason).toContain('still the one from before the installation; delete it there')
})

test('a record that waits for its machine is no duplicate', async () => {
  const { check } = aCheck([found('unpaired', '')])

  expect(await check.checkBefore(HOST, signal())).toEqual({ warnings: [], trouble: false })
})

test('a project that does not exist is warned of', async () => {
  const { check } = aCheck([{ kind: 'not-found' }], { project: { kind: 'not-found' } })

  const { warnings } = await check.checkBefore(HOST, signal())

  expect(warnings).toEqual([expect.stringContaining('no such project')])
})

test('trouble before the installation is told as a warning', async () => {
  const { check } = aCheck([throttled()])

  expect(await check.checkBefore(HOST, signal())).toEqual({ warnings: ['too many requests'], trouble: true })
})

test('a new installation forgets that the host was registered before', async () => {
  const { check, clock } = aCheck([READY, { kind: 'not-found' }], { initialDelayMs: 0 })
  clock.advance(1)
  expect(await check.look(HOST, 0, signal())).toMatchObject({ ok: true })

  await check.checkBefore(HOST, signal())
  const again = await check.look(HOST, 0, signal())

  expect(again.ok).toBe(false)
})

test('a host whose name is made up on the host cannot be followed, and that is said at once', async () => {
  const { check, calls } = aCheck([READY])
  const host = { ...HOST, siteName: 'store-$random' }

  expect(await check.waitRegistered(host, signal())).toMatchObject({
    ok: false,
    reason: expect.stringContaining('store-$random'),
  })
  expect((await check.checkBefore(host, signal())).warnings[0]).toContain('cannot be followed')
  expect(calls).toEqual([])
})

test('waiting ends with the reason of its signal', async () => {
  const { check } = aCheck([{ kind: 'not-found' }])
  const stop = new AbortController()
  stop.abort(new Error('enough'))

  await expect(check.waitRegistered(HOST, stop.signal)).rejects.toThrow('enough')
})
