import { expect, test } from 'vitest'
import { aHost, aSpec } from '../../test/support/a-host.ts'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { createFixedRandom } from '../../test/support/fixed-random.ts'
import { createSilentLog } from '../../test/support/silent-log.ts'
import { createMemoryStore } from '../adapters/store-memory/memory-store.ts'
import type { MacAddress } from '../domain/mac-address.ts'
import { openHostBook } from '../services/host-book.ts'
import { bindMachine } from './bind-machine.ts'

test('a host is recognised by what the hypervisor gave its machine, and no longer by what stood there before', async () => {
  const store = createMemoryStore()
  const parts = { store, clock: createFakeClock(), random: createFixedRandom(), log: createSilentLog() }
  const book = await openHostBook(parts)
  const host = aHost({ driver: 'vsphere', spec: { assignsMac: true } })
  await book.add(host)
  const made = aSpec({ mac: '00:50:56:81:02:03' as MacAddress })

  const bound = await bindMachine(host, made, book)
  const again = await bindMachine(bound, made, book)

  expect(again).toBe(bound)
  expect(book.byMachine(made.mac, made.uuid)?.host.name).toBe('edge-1')
  expect(book.byMachine(aSpec().mac, made.uuid)).toBeUndefined()
  expect((await store.hosts())[0]?.spec).toMatchObject({ mac: made.mac, assignsMac: true })
  expect(await store.events()).toMatchObject([
    { type: 'machine.created', data: { driver: 'vsphere', mac: made.mac } },
  ])
})
