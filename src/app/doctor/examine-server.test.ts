import { expect, test } from 'vitest'
import { aDesiredHost } from '../../../test/support/fake-control-desk.ts'
import type { DesiredMachine } from '../../domain/desired-fleet.ts'
import { vsphereWishes } from './examine-server.ts'

const host = (name: string, machine: Partial<DesiredMachine>) => ({
  ...aDesiredHost(name),
  machine: { driver: 'vsphere', options: {}, ...machine },
})

test('machines that go to the same places are looked at together, the most first', () => {
  const hosts = [
    host('a', { driver: 'qemu' }),
    host('b', { options: { datastore: 'ds1', guestId: 'other' }, network: 'VM Network' }),
    host('c', { options: { cluster: 'C1' }, diskGiB: 40 }),
    host('d', { options: { cluster: 'C1' }, diskGiB: 60 }),
    aDesiredHost('e'),
  ]

  expect(vsphereWishes({ hosts }, '192.0.2.1')).toEqual([
    { places: { cluster: 'C1' }, count: 2, diskGiB: 60, advertise: '192.0.2.1' },
    { places: { datastore: 'ds1', network: 'VM Network' }, count: 1, diskGiB: 300, advertise: '192.0.2.1' },
  ])
})

test('not more places are looked at than there is time for', () => {
  const hosts = Array.from({ length: 9 }, (_, index) =>
    host(`h${index}`, { options: { cluster: `C${index}` } }),
  )

  expect(vsphereWishes({ hosts }, undefined)).toHaveLength(3)
})
