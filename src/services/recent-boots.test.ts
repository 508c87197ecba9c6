import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import type { Boot } from '../domain/host.ts'
import type { BootId, ConfigToken } from '../domain/opaque-id.ts'
import { createRecentBoots } from './recent-boots.ts'

const HOUR = 3_600_000
const KEPT = 8

function aBoot(number: number, createdAt: number, host = 'host-1'): Boot {
  return { bootId: `boot-${number}` as BootId, token: `token-${number}` as ConfigToken, host, createdAt }
}

describe('boots of a host', () => {
  test.prop([fc.array(fc.integer({ min: 0, max: HOUR / 4 }), { minLength: 1, maxLength: 60 }), fc.nat()])(
    'are known while they are young, among the last eight, or the present one; what is not is told once',
    (pauses, chosen) => {
      const boots = createRecentBoots()
      const added: Boot[] = []
      const gone: BootId[] = []
      let now = 0
      for (const [number, pause] of pauses.entries()) {
        now += pause
        const boot = aBoot(number, now)
        added.push(boot)
        boots.add(boot, now, added[chosen % pauses.length]?.bootId)
        gone.push(...boots.takeDropped('host-1'))
      }

      for (const [number, boot] of added.entries()) {
        const isKnown =
          number >= added.length - KEPT || now - boot.createdAt <= HOUR || number === chosen % pauses.length
        expect(boots.byId(boot.bootId)).toBe(isKnown ? boot : undefined)
        expect(boots.byToken(boot.token)).toBe(isKnown ? boot : undefined)
        expect(gone.includes(boot.bootId)).toBe(!isKnown)
      }
      expect(new Set(gone).size).toBe(gone.length)
    },
  )

  test('that it has now stay known, however old and however many came after', () => {
    const boots = createRecentBoots()
    const present = aBoot(0, 0)
    for (let number = 0; number < 100; number += 1) {
      boots.add(aBoot(number, number * HOUR), number * HOUR, present.bootId)
    }

    expect(boots.byId(present.bootId)).toEqual(present)
    expect(boots.takeDropped('host-1')).toHaveLength(100 - KEPT - 1)
  })

  test('are no more than a thousand, however young; the oldest hundred go together, but for the present one', () => {
    const boots = createRecentBoots()
    const added = Array.from({ length: 2450 }, (_, number) => aBoot(number, number))
    const gone: BootId[][] = []
    for (const boot of added) {
      boots.add(boot, boot.createdAt, added[0]?.bootId)
      const dropped = boots.takeDropped('host-1')
      if (dropped.length > 0) gone.push([...dropped])
    }

    const known = added.filter(({ bootId }) => boots.byId(bootId) !== undefined)
    expect(known).toEqual([added[0], ...added.slice(-949)])
    expect(gone.map(({ length }) => length)).toEqual(Array.from({ length: 15 }, () => 100))
    expect(gone.flat()).toEqual(added.slice(1, -949).map(({ bootId }) => bootId))
  })

  test('are forgotten with the host, and those of others are not', () => {
    const boots = createRecentBoots()
    const [mine, other] = [aBoot(1, 0), aBoot(2, 0, 'host-2')]
    boots.add(mine, 0, undefined)
    boots.add(other, 0, undefined)

    boots.forget('host-1')

    expect(boots.byId(mine.bootId)).toBeUndefined()
    expect(boots.byToken(mine.token)).toBeUndefined()
    expect(boots.byToken(other.token)).toBe(other)
  })
})
