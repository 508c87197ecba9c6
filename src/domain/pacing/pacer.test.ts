import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { createPacer, type Grant, type Pacer } from './pacer.ts'
import type { Pacing } from './pacing.ts'

const MEGABYTE = 1_000_000
const KIB = 1024

function allOf<Key>(pacer: Pacer<Key>, nowMs: number): readonly Grant<Key>[] {
  const grants: Grant<Key>[] = []
  for (let grant = pacer.next(nowMs); grant; grant = pacer.next(nowMs)) grants.push(grant)
  return grants
}

/** Transfers that always want more, looked at whenever the pacer says so; what each got, and when. */
function greedy(
  pacing: Pacing,
  hosts: readonly string[],
  untilMs: number,
): readonly (Grant<number> & { readonly atMs: number })[] {
  const pacer = createPacer<number>(pacing)
  const got: (Grant<number> & { readonly atMs: number })[] = []
  hosts.forEach((host, key) => {
    pacer.begin(key, host, 0)
    pacer.want(key, 256 * KIB)
  })
  for (let now = 0; now < untilMs; now += pacer.waitMs(now) ?? untilMs) {
    for (let grant = pacer.next(now); grant; grant = pacer.next(now)) {
      got.push({ ...grant, atMs: now })
      pacer.want(grant.key, 256 * KIB)
    }
  }
  return got
}

function bytesOf(grants: readonly Grant<number>[], ...keys: readonly number[]): number {
  return grants.reduce((sum, { key, bytes }) => (keys.includes(key) ? sum + bytes : sum), 0)
}

describe('in the order in which hosts began', () => {
  const pacing = { bytesPerSecond: 10 * MEGABYTE, order: 'first' } as const

  test('the first gets nearly all, the others a trickle each', () => {
    const grants = greedy(pacing, ['one', 'two', 'three'], 10_000)

    expect(bytesOf(grants, 0, 1, 2)).toBeGreaterThan(99 * MEGABYTE)
    expect(bytesOf(grants, 0)).toBeGreaterThan(98 * MEGABYTE)
    for (const behind of [1, 2]) {
      expect(bytesOf(grants, behind)).toBeGreaterThan(9 * 16 * KIB)
      expect(bytesOf(grants, behind)).toBeLessThan(20 * 16 * KIB)
    }
  })

  test('what the first cannot take goes to the second', () => {
    const pacer = createPacer<string>(pacing)
    for (const key of ['first', 'second']) pacer.begin(key, key, 0)
    pacer.want('second', 300 * KIB)
    pacer.want('first', 100 * KIB)

    expect(allOf(pacer, 0)).toEqual([
      { key: 'first', bytes: 100 * KIB },
      { key: 'second', bytes: 300 * KIB },
    ])
  })

  test('a host goes on in its turn with the next file, and when its connection broke', () => {
    const pacer = createPacer<string>(pacing)
    pacer.begin('kernel of one', 'one', 0)
    pacer.begin('kernel of two', 'two', 0)
    pacer.end('kernel of one', 1000)
    pacer.begin('root of two', 'two', 60_000)
    pacer.begin('root of one', 'one', 60_000)
    pacer.want('root of two', 1000)
    pacer.want('root of one', 1000)

    expect(allOf(pacer, 60_000).map(({ key }) => key)).toEqual(['root of one', 'root of two'])
  })

  test('what is urgent goes before all else, in the turns of its hosts', () => {
    const pacer = createPacer<string>(pacing)
    pacer.begin('root of one', 'one', 0)
    pacer.begin('kernel of two', 'two', 0, true)
    pacer.begin('kernel of three', 'three', 0, true)
    pacer.begin('initrd of one', 'one', 0, true)
    for (const key of ['root of one', 'kernel of three', 'kernel of two', 'initrd of one'])
      pacer.want(key, 1000)

    expect(allOf(pacer, 0).map(({ key }) => key)).toEqual([
      'initrd of one',
      'kernel of two',
      'kernel of three',
      'root of one',
    ])
  })

  test('one that was away for long begins anew', () => {
    const pacer = createPacer<string>(pacing)
    pacer.begin('first', 'one', 0)
    pacer.begin('second', 'two', 0)
    pacer.end('first', 0)
    pacer.begin('again', 'one', 5 * 60_000)
    pacer.want('again', 1000)
    pacer.want('second', 1000)

    expect(allOf(pacer, 5 * 60_000).map(({ key }) => key)).toEqual(['second', 'again'])
  })

  test('one that reads far more than an installer goes behind the others', () => {
    const pacer = createPacer<string>({ hostBytesPerSecond: 10 ** 12, order: 'first' })
    pacer.begin('reads on and on', 'one', 0)
    pacer.begin('second', 'two', 0)
    let now = 0
    for (let grants = 0; grants < 17; grants += 1, now += 1000) {
      pacer.want('reads on and on', 1024 ** 3)
      expect(allOf(pacer, now)).toEqual([{ key: 'reads on and on', bytes: 1024 ** 3 }])
    }
    pacer.begin('urgently', 'one', now, true)
    for (const key of ['urgently', 'reads on and on', 'second']) pacer.want(key, 1000)

    expect(allOf(pacer, now).map(({ key }) => key)).toEqual(['second', 'urgently', 'reads on and on'])
  })

  test('of ten thousand that went away only so many are remembered', () => {
    const pacer = createPacer<string>(pacing)
    pacer.begin('oldest', 'oldest', 0)
    pacer.begin('other', 'other', 0)
    pacer.end('oldest', 0)
    for (let gone = 0; gone < 10_000; gone += 1) {
      pacer.begin(`${gone}`, `${gone}`, 0)
      pacer.end(`${gone}`, 0)
    }
    pacer.begin('oldest', 'oldest', 1)
    for (const key of ['other', 'oldest']) pacer.want(key, 1000)

    expect(allOf(pacer, 1).map(({ key }) => key)).toEqual(['other', 'oldest'])
  })
})

test('sharing equally every host gets the same, however many connections it has', () => {
  const pacing = { bytesPerSecond: 10 * MEGABYTE, order: 'equal' } as const
  const grants = greedy(pacing, ['one', 'two', 'two', 'two', 'three'], 10_000)
  const shares = [bytesOf(grants, 0), bytesOf(grants, 1, 2, 3), bytesOf(grants, 4)]

  expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(256 * KIB)
  for (const key of [1, 2, 3]) expect(bytesOf(grants, key)).toBeGreaterThan(10 * MEGABYTE)
})

test('a bound for each host alone leaves the others alone', () => {
  const grants = greedy({ hostBytesPerSecond: MEGABYTE, order: 'first' }, ['one', 'two', 'two'], 10_000)

  expect(bytesOf(grants, 0) / MEGABYTE).toBeCloseTo(10, 0)
  expect(bytesOf(grants, 1, 2) / MEGABYTE).toBeCloseTo(10, 0)
  expect(bytesOf(grants, 2)).toBeGreaterThan(0.02 * 10 * MEGABYTE)
})

test('nobody waits, or nothing is bounded: no time to look again', () => {
  const pacer = createPacer<string>({ order: 'first' })
  pacer.begin('a', 'a', 0)

  expect([pacer.next(0), pacer.waitMs(0)]).toEqual([undefined, undefined])
  pacer.want('a', 10 ** 9)
  expect(allOf(pacer, 0)).toEqual([{ key: 'a', bytes: 10 ** 9 }])
  expect(pacer.waitMs(0)).toBeUndefined()
})

test('what is given back goes to whoever is next, and one that ended takes no turn', () => {
  const pacer = createPacer<string>({ bytesPerSecond: MEGABYTE, order: 'first' })
  for (const key of ['a', 'b', 'c']) {
    pacer.begin(key, key, 0)
    pacer.want(key, 50_000)
  }

  expect(allOf(pacer, 0)).toEqual([{ key: 'a', bytes: 50_000 }])
  pacer.giveBack('a', 20_000)
  pacer.end('b', 0)
  expect(allOf(pacer, 0)).toEqual([{ key: 'c', bytes: 20_000 }])
})

test('one that gets its bytes ready keeps its turn, for as long as no budget is lost by it', () => {
  const pacer = createPacer<string>({ bytesPerSecond: MEGABYTE, order: 'first' })
  for (const key of ['a', 'b']) {
    pacer.begin(key, key, 0)
    pacer.want(key, 40_000)
  }
  expect(pacer.next(0)).toEqual({ key: 'a', bytes: 40_000 })
  pacer.want('a', 40_000)

  expect(pacer.next(10)).toEqual({ key: 'a', bytes: 20_000 })
  pacer.giveBack('a', 20_000)
  expect([pacer.next(10), pacer.waitMs(10)]).toEqual([undefined, 5])
  expect(pacer.next(15)).toEqual({ key: 'b', bytes: 25_000 })
  pacer.want('b', 40_000)
  pacer.want('a', 40_000)
  expect(pacer.next(25)).toEqual({ key: 'a', bytes: 10_000 })
  pacer.giveBack('a', 10_000)
  pacer.end('a', 25)
  expect(pacer.next(25)).toEqual({ key: 'b', bytes: 10_000 })
})

/** A rate, hosts of transfers, and what happens at what time. */
const aPacing = fc.record(
  {
    bytesPerSecond: fc.integer({ min: 12_500, max: 200 * MEGABYTE }),
    hostBytesPerSecond: fc.integer({ min: 12_500, max: 200 * MEGABYTE }),
    order: fc.constantFrom('first' as const, 'equal' as const),
  },
  { requiredKeys: ['order'] },
)
const steps = fc.array(
  fc.record({
    afterMs: fc.nat(80),
    key: fc.nat(11),
    what: fc.constantFrom('want', 'want', 'want', 'end', 'give back'),
    bytes: fc.integer({ min: 1, max: 2 * MEGABYTE }),
  }),
  { maxLength: 120 },
)
const hostOf = (key: number) => `host ${key % 5}`
const quantumOf = (rate = Number.POSITIVE_INFINITY) => Math.min(256 * KIB, Math.max(KIB, rate / 100))
const burstOf = (rate: number) => Math.max(rate / 20, quantumOf(rate) * 2)

describe('whatever happens', () => {
  property.prop([aPacing, steps])(
    'no span of time has more than its budget and one burst',
    (pacing, happens) => {
      const sent: { readonly atMs: number; readonly host: string; readonly bytes: number }[] = []
      follow(pacing, happens, (grant, atMs, unused) => {
        sent.push({ atMs, host: hostOf(grant.key), bytes: grant.bytes - unused })
      })

      const { bytesPerSecond, hostBytesPerSecond } = pacing
      expectWithin(sent, bytesPerSecond)
      for (const host of new Set(sent.map((one) => one.host))) {
        expectWithin(
          sent.filter((one) => one.host === host),
          hostBytesPerSecond,
        )
      }
    },
  )

  property.prop([aPacing, steps])(
    'while somebody wants bytes and the budget has some, somebody gets them, and never more than wanted',
    (pacing, happens) => {
      const { left, wanted, pacer, nowMs } = follow(
        pacing,
        happens,
        ({ key, bytes }, _atMs, unused, wishes) => {
          expect(bytes).toBeGreaterThan(0)
          expect(bytes).toBeLessThanOrEqual(wishes.get(key) ?? 0)
          expect(unused).toBeLessThanOrEqual(bytes)
        },
      )

      for (const [key, bytes] of wanted) {
        const isLinkShort = left.link < Math.min(bytes, quantumOf(pacing.bytesPerSecond))
        const isHostShort =
          (left.hosts.get(hostOf(key)) ?? Number.POSITIVE_INFINITY) <
          Math.min(bytes, quantumOf(pacing.hostBytesPerSecond))
        // Nobody else goes past one that waits for its quantum of the link.
        const isLinkKept = left.link < quantumOf(pacing.bytesPerSecond)
        expect(isLinkShort || isHostShort || isLinkKept).toBe(true)
      }
      expect(pacer.waitMs(nowMs) === undefined).toBe(wanted.size === 0)
    },
  )

  property.prop([aPacing, steps])(
    'whoever looks again when told to has soon served everybody',
    (pacing, happens) => {
      const { pacer, wanted, nowMs } = follow(pacing, happens, () => undefined)
      const missing = () => [...wanted.values()].reduce((sum, bytes) => sum + bytes, 0)
      const slowest = Math.min(pacing.bytesPerSecond ?? 10 ** 9, pacing.hostBytesPerSecond ?? 10 ** 9)
      const enoughMs = nowMs + (missing() / slowest) * 1000 + 2000
      let now = nowMs
      while (wanted.size > 0) {
        now += pacer.waitMs(now) ?? 0
        for (let grant = pacer.next(now); grant; grant = pacer.next(now)) {
          const left = (wanted.get(grant.key) ?? 0) - grant.bytes
          if (left > 0) wanted.set(grant.key, left)
          else wanted.delete(grant.key)
          if (left > 0) pacer.want(grant.key, left)
        }

        expect(now).toBeLessThan(enoughMs)
      }
    },
  )

  property.prop(
    [
      fc.integer({ min: 125_000, max: 2 * MEGABYTE }),
      fc.option(fc.integer({ min: 125_000, max: 2 * MEGABYTE }), { nil: undefined }),
      fc.array(fc.nat(7), { minLength: 2, maxLength: 16 }),
    ],
    // Its hosts' own bound held less than a trickle's portion: somebody waited for 27 s.
    { numRuns: 15, examples: [[632_422, 125_000, [5, 3, 0, 2, 4, 1, 1]]] },
  )('nobody is forgotten for as long as a client waits', (bytesPerSecond, hostBytesPerSecond, hosts) => {
    const pacing = {
      bytesPerSecond,
      ...(hostBytesPerSecond ? { hostBytesPerSecond } : {}),
      order: 'first',
    } as const
    const untilMs = 30_000
    const grants = greedy(pacing, hosts.map(String), untilMs)

    for (const key of hosts.keys()) {
      const times = [0, ...grants.filter((grant) => grant.key === key).map(({ atMs }) => atMs), untilMs]
      const pauses = times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0))
      expect(Math.max(...pauses)).toBeLessThan(20_000)
    }
  })
})

type Wishes = ReadonlyMap<number, number>

/** Lets it happen, with everything granted that can be; keeps books of its own. */
function follow(
  pacing: Pacing,
  happens: readonly { afterMs: number; key: number; what: string; bytes: number }[],
  granted: (grant: Grant<number>, atMs: number, unused: number, wanted: Wishes) => void,
) {
  const pacer = createPacer<number>(pacing)
  const begun = new Set<number>()
  const wanted = new Map<number, number>()
  const link = books(pacing.bytesPerSecond)
  const hosts = new Map<string, ReturnType<typeof books>>()
  let nowMs = 0
  for (const { afterMs, key, what, bytes } of happens) {
    nowMs += afterMs
    if (what === 'end') {
      pacer.end(key, nowMs)
      begun.delete(key)
      wanted.delete(key)
    } else if (!begun.has(key)) {
      pacer.begin(key, hostOf(key), nowMs, key % 3 === 0)
      begun.add(key)
    }
    if (what !== 'end') {
      pacer.want(key, bytes)
      wanted.set(key, bytes)
    }
    for (let grant = pacer.next(nowMs); grant; grant = pacer.next(nowMs)) {
      const unused = what === 'give back' ? Math.floor(grant.bytes / 3) : 0
      granted(grant, nowMs, unused, wanted)
      wanted.delete(grant.key)
      if (unused > 0) pacer.giveBack(grant.key, unused)
      const host = hosts.get(hostOf(grant.key)) ?? books(pacing.hostBytesPerSecond)
      hosts.set(hostOf(grant.key), host)
      for (const book of [link, host]) book.spend(grant.bytes - unused, nowMs)
    }
  }
  const left = {
    link: link.left(nowMs),
    hosts: new Map([...hosts].map(([host, book]) => [host, book.left(nowMs)])),
  }
  return { pacer, wanted, nowMs, left }
}

/** A bucket as one would write it on paper. */
function books(rate = Number.POSITIVE_INFINITY) {
  let bytes = burstOf(rate)
  let at = 0
  const left = (nowMs: number): number => {
    bytes =
      rate === Number.POSITIVE_INFINITY ? rate : Math.min(burstOf(rate), bytes + ((nowMs - at) * rate) / 1000)
    at = nowMs
    return bytes
  }
  const spend = (spent: number, nowMs: number): void => {
    bytes = left(nowMs) - spent
  }
  return { left, spend }
}

function expectWithin(
  sent: readonly { readonly atMs: number; readonly bytes: number }[],
  rate = Number.POSITIVE_INFINITY,
): void {
  if (rate === Number.POSITIVE_INFINITY) return
  for (const [first, from] of sent.entries()) {
    let bytes = 0
    for (const { atMs, bytes: more } of sent.slice(first)) {
      bytes += more
      expect(bytes).toBeLessThanOrEqual(burstOf(rate) + ((atMs - from.atMs) * rate) / 1000 + 2)
    }
  }
}
