import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { createFakeClock } from '../../../test/support/fake-clock.ts'
import { createMemorySettings } from '../../../test/support/memory-settings.ts'
import { createSilentLog } from '../../../test/support/silent-log.ts'
import type { MacAddress } from '../../domain/mac-address.ts'
import { openLeaseBook } from './lease-book.ts'

const mac = (last: number): MacAddress => `02:00:00:00:00:0${last}` as MacAddress
const PLAN = {
  first: '192.0.2.10',
  last: '192.0.2.13',
  network: { address: '192.0.2.11', netmask: '255.255.255.0' },
  dns: [],
  leaseSeconds: 600,
  reservations: new Map([[mac(9), '192.0.2.12']]),
  taken: ['192.0.2.11'],
}

function parts() {
  return { store: createMemorySettings(), clock: createFakeClock(), log: createSilentLog() }
}

describe('leases', () => {
  test('outlive the program, and come to an end', async () => {
    const { clock, ...others } = parts()
    const before = await openLeaseBook(PLAN, { clock, ...others })
    expect(before.take(mac(1), '192.0.2.10')).toBe(true)
    await others.store.setting('dhcp-leases')

    const after = await openLeaseBook(PLAN, { clock, ...others })
    expect(after.holder('192.0.2.10')).toBe(mac(1))
    expect(after.take(mac(2), '192.0.2.10')).toBe(false)
    clock.advance(600_000)
    expect(after.holder('192.0.2.10')).toBeUndefined()
    expect(after.offer(mac(1), undefined), 'it finds its old one again').toBe('192.0.2.10')
  })

  test('an address somebody else uses is not offered for a while', async () => {
    const book = await openLeaseBook(PLAN, parts())
    expect(book.offer(mac(1), undefined)).toBe('192.0.2.10')
    book.decline(mac(1), '192.0.2.10')
    expect(book.offer(mac(1), undefined)).toBe('192.0.2.13')
  })

  test('nobody can make addresses useless that it was not given', async () => {
    const book = await openLeaseBook(PLAN, parts())
    for (const last of [10, 12, 13]) book.decline(mac(1), `192.0.2.${last}`)
    expect(book.offer(mac(2), undefined)).toBe('192.0.2.10')
    expect(book.offer(mac(3), undefined)).toBe('192.0.2.13')
  })

  test('a range that is used up has addresses again as soon as offers and leases run out, or are given back', async () => {
    const { clock, ...others } = parts()
    const book = await openLeaseBook(PLAN, { clock, ...others })
    expect(book.take(mac(1), '192.0.2.10')).toBe(true)
    expect(book.offer(mac(2), undefined)).toBe('192.0.2.13')
    expect(book.offer(mac(3), undefined)).toBeUndefined()
    clock.advance(60_000)
    expect(book.offer(mac(3), undefined), 'what was offered and not taken').toBe('192.0.2.13')
    expect(book.offer(mac(4), undefined)).toBeUndefined()
    book.release(mac(1))
    expect(book.offer(mac(4), undefined)).toBe('192.0.2.10')
  })

  test("the addresses of the network itself are no hosts'", async () => {
    const network = { address: '192.0.2.1', netmask: '255.255.255.252' }
    const range = { first: '192.0.2.0', last: '192.0.2.3', taken: ['192.0.2.1'] }
    const book = await openLeaseBook({ ...PLAN, network, ...range }, parts())
    expect(book.offer(mac(1), '192.0.2.0')).toBe('192.0.2.2')
    expect(book.take(mac(2), '192.0.2.3')).toBe(false)
  })

  test('a used up range costs no search for each who asks', async () => {
    const { clock, ...others } = parts()
    let looks = 0
    const now = (): number => {
      looks += 1
      return clock.now()
    }
    const range = { first: '10.0.0.0', last: '10.0.3.255', taken: [], reservations: new Map() }
    const network = { address: '10.0.0.0', netmask: '255.255.252.0' }
    const book = await openLeaseBook({ ...PLAN, network, ...range }, { clock: { ...clock, now }, ...others })
    const card = (at: number) => `02:00:00:01:${at >> 8}:${at & 255}` as MacAddress
    for (let at = 0; at < 1022; at += 1) book.offer(card(at), undefined)
    looks = 0
    expect(book.offer(mac(1), undefined)).toBeUndefined()
    expect(looks).toBeLessThan(10)
  })

  test('hosts get what was only offered to cards that are none, when all else is gone', async () => {
    const book = await openLeaseBook(PLAN, parts())
    expect(book.offer(mac(1), undefined)).toBe('192.0.2.10')
    expect(book.offer(mac(2), undefined)).toBe('192.0.2.13')
    expect(book.take(mac(1), '192.0.2.10')).toBe(true)
    expect(book.offer(mac(3), undefined), 'others wait').toBeUndefined()
    expect(book.offer(mac(4), undefined, true)).toBe('192.0.2.13')
    expect(book.take(mac(2), '192.0.2.13')).toBe(false)
    expect(
      book.offer(mac(5), undefined, true),
      'neither leases nor offers to hosts are given away',
    ).toBeUndefined()
    expect(book.take(mac(4), '192.0.2.13')).toBe(true)
    expect(book.holder('192.0.2.10')).toBe(mac(1))
  })

  property.prop([
    fc.array(
      fc.record({
        card: fc.integer({ min: 1, max: 9 }),
        last: fc.integer({ min: 9, max: 14 }),
        isHost: fc.boolean(),
        what: fc.constantFrom('offer', 'take', 'release', 'decline', 'wait'),
      }),
      { maxLength: 60 },
    ),
  ])('never does an address belong to two cards, whatever they do', async (steps) => {
    const { clock, ...others } = parts()
    const book = await openLeaseBook(PLAN, { clock, ...others })
    const had = new Map<string, { readonly card: MacAddress; readonly until: number }>()
    for (const { card, last, isHost, what } of steps) {
      const address = `192.0.2.${last}`
      if (what === 'offer') {
        const offered = book.offer(mac(card), address, isHost)
        if (offered !== undefined) {
          const other = had.get(offered)
          expect(other && other.card !== mac(card) && other.until > clock.now()).toBeFalsy()
          expect(offered === '192.0.2.12').toBe(card === 9)
          expect(offered).not.toBe('192.0.2.11')
        }
      } else if (what === 'take') {
        if (!book.take(mac(card), address)) continue
        const other = had.get(address)
        expect(other && other.card !== mac(card) && other.until > clock.now()).toBeFalsy()
        for (const [known, lease] of had) if (lease.card === mac(card)) had.delete(known)
        had.set(address, { card: mac(card), until: clock.now() + 600_000 })
      } else if (what === 'release') {
        book.release(mac(card))
        for (const [known, lease] of had) if (lease.card === mac(card)) had.delete(known)
      } else if (what === 'decline') {
        const lease = had.get(address)
        book.decline(mac(card), address)
        if (lease?.card === mac(card)) had.delete(address)
      } else clock.advance(200_000)
    }
  })
})
