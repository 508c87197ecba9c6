import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import type { Pacing } from './pacing/pacing.ts'
import { findBottleneck, type ThroughputSample } from './throughput.ts'

const MIB = 1024 * 1024
const GIGABIT = 125_000_000

/** Three intervals of 5 s in which so much is sent; state only what matters. */
function samples(given: Partial<ThroughputSample> & { readonly mibPerSecond?: number } = {}) {
  const { mibPerSecond = 20, ...rest } = given
  return [1, 2, 3].map((index) => ({
    at: index * 5000,
    bytes: mibPerSecond * 5 * MIB,
    transfers: 12,
    hosts: 12,
    busy: 0.1,
    ...rest,
  }))
}

const find = (
  of: readonly ThroughputSample[],
  given: {
    readonly rates?: readonly number[]
    readonly link?: number | undefined
    readonly pacing?: Partial<Pacing>
  } = {},
) => {
  const { rates, link, pacing } = { rates: [], link: GIGABIT, pacing: undefined, ...given }
  return findBottleneck({ samples: of, rates, intervalMs: 5000, linkBytesPerSecond: link, pacing })
}

describe('what holds downloads up', () => {
  test('is nothing where there are none', () => {
    expect(find([])).toEqual({ where: 'none', why: 'Nothing is downloaded at the moment.' })
    expect(find(samples({ transfers: 0, hosts: 0, busy: 1 })).where).toBe('none')
  })

  test('is the server when it has no time left, whatever else is', () => {
    expect(find(samples({ busy: 0.97 }), { link: undefined })).toEqual({
      where: 'server',
      why: '12 downloads get 20 MiB/s together, and the server was busy for 97 % of the last 15 s: it cannot send more.',
    })
  })

  test('is the network card when it is full', () => {
    expect(find(samples({ mibPerSecond: 110 }))).toEqual({
      where: 'link',
      why: '12 downloads get 110 MiB/s together, 92 % of the 119 MiB/s of the network card: it is full.',
    })
  })

  test('is what hosts are allowed, together or each, where they get that', () => {
    expect(find(samples(), { link: undefined, pacing: { bytesPerSecond: 21 * MIB } })).toEqual({
      where: 'budget',
      why: '12 downloads get 20 MiB/s together, 95 % of the 21 MiB/s that --bandwidth allows.',
    })
    const each = { bytesPerSecond: 100 * MIB, hostBytesPerSecond: 2 * MIB }
    expect(find(samples({ mibPerSecond: 23 }), { pacing: each }).why).toContain(
      '24 MiB/s that --host-bandwidth',
    )
    expect(find(samples(), { pacing: each }).where).toBe('hosts')
    expect(find(samples({ busy: 0.97 }), { pacing: { bytesPerSecond: MIB } }).where).toBe('server')
  })

  test('is the hosts when neither is', () => {
    expect(find(samples(), { rates: [0.5 * MIB, 2 * MIB, MIB] })).toEqual({
      where: 'hosts',
      why: '12 downloads get 20 MiB/s together, the slowest 512 KiB/s, the fastest 2.0 MiB/s. That is 17 % of the 119 MiB/s of the network card, and the server was busy for 10 % of the last 15 s: the hosts, or the network on the way to them, take no more, unless the disk with the ISO gives no more.',
    })
  })

  test('cannot be told where the speed of the card is not known', () => {
    expect(find(samples({ transfers: 1 }), { link: undefined })).toEqual({
      where: 'unknown',
      why: 'One download gets 20 MiB/s; the server was busy for 10 % of the last 15 s. How fast its network card is cannot be told here, so that may be the limit or not.',
    })
  })

  test('is not looked for in the time before they began', () => {
    const [idle = { at: 0, bytes: 0, transfers: 0, hosts: 0, busy: 0 }] = samples({
      transfers: 0,
      mibPerSecond: 0,
    })
    const [working = idle] = samples({ mibPerSecond: 110 })

    expect(find([idle, idle, working]).where).toBe('link')
  })

  test.prop([
    fc.array(
      fc.record({
        at: fc.nat(),
        bytes: fc.nat(),
        transfers: fc.nat(2000),
        hosts: fc.nat(2000),
        busy: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      { maxLength: 10 },
    ),
    fc.array(fc.nat(), { maxLength: 5 }),
    fc.option(fc.integer({ min: 1, max: 2 ** 40 }), { nil: undefined }),
  ])('is always one thing, in a sentence of numbers that are numbers', (of, rates, link) => {
    const { where, why } = find(of, { rates, link })

    expect(where === 'none').toBe((of.at(-1)?.transfers ?? 0) === 0)
    expect(why).toMatch(/^[A-Z0-9].*\.$/)
    expect(why).not.toMatch(/NaN|Infinity|undefined/)
  })
})
