import { expect, test } from 'vitest'
import { aFleet, aWish } from '../../../test/support/a-fleet.ts'
import { aHost } from '../../../test/support/a-host.ts'
import { aShelf } from '../../../test/support/a-shelf.ts'
import { createFakeClock } from '../../../test/support/fake-clock.ts'
import { createFixedRandom } from '../../../test/support/fixed-random.ts'
import { createSilentLog } from '../../../test/support/silent-log.ts'
import { createMemoryStore } from '../../adapters/store-memory/memory-store.ts'
import { createFleetPlans } from '../fleet-plans.ts'
import { openHostBook } from '../host-book.ts'
import { createBootsDesk } from './boots-desk.ts'

const log = createSilentLog()
const address = '192.0.2.7'

async function aDesk(profiles: Readonly<Record<string, string | undefined>>) {
  const store = createMemoryStore()
  const clock = createFakeClock()
  const book = await openHostBook({ store, clock, random: createFixedRandom(), log })
  const plans = createFleetPlans(aShelf(), log)
  const names = Object.keys(profiles)
  await book.add(...names.map((name) => aHost({ name, createdAt: clock.now() })))
  plans.set(aFleet(names.map((name) => aWish({ name, profile: profiles[name] }))))

  /** A boot whose installation takes so long. */
  async function boot(name: string, installMs: number): Promise<void> {
    const { bootId } = await book.openBoot(name)
    const data = { action: 'install', address } as const
    await book.record(name, { type: 'script.served', data }, bootId)
    const served = { bytes: 1, address, userAgent: '', inert: false }
    await book.record(name, { type: 'config.served', data: served }, bootId)
    clock.advance(installMs)
    await book.record(name, { type: 'machine.power', data: { state: 'off', cause: 'guest-shutdown' } })
    await book.record(name, { type: 'probe.result', data: { probe: 'tcp', ok: true, detail: '' } })
  }
  return { book, boot, clock, desk: createBootsDesk({ book, plans, store }), store }
}

test('the boots of a host are told newest first', async () => {
  const { book, boot, clock, desk } = await aDesk({ one: 'store' })
  await boot('one', 1000)
  await book.record('one', { type: 'host.reinstall', data: { by: 'anna' } })
  clock.advance(1000)
  await boot('one', 5000)

  const { items } = await desk.boots('one')

  expect(items.map(({ outcome, steps }) => [outcome, steps[1]])).toMatchObject([
    ['ready', { phase: 'config', durationMs: 5000 }],
    ['ready', { phase: 'config', durationMs: 1000 }],
  ])
})

test('what is usual is learnt from the other hosts of the profile', async () => {
  const { boot, desk } = await aDesk({ one: 'store', two: 'store', three: 'store', other: 'depot' })
  await boot('one', 100_000)
  await boot('two', 1000)
  await boot('three', 3000)
  await boot('other', 70_000)

  expect((await desk.boots('one')).usual.config).toEqual({ durationMs: 2000, hosts: 2 })
  expect((await desk.boots('other')).usual).toEqual({})
})

test('a host without a profile is compared with all', async () => {
  const { boot, desk } = await aDesk({ one: undefined, two: 'store', three: 'depot' })
  await boot('two', 1000)
  await boot('three', 2000)

  expect((await desk.boots('one')).usual.config).toEqual({ durationMs: 1500, hosts: 2 })
})

test('a host that is not there has no boots', async () => {
  const { desk } = await aDesk({})

  await expect(desk.boots('ghost')).rejects.toMatchObject({ code: 'host.not-found' })
})
