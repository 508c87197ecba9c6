import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { PHASES } from '../../../../src/domain/phase.ts'
import { aDownload, aHostView } from '../../hosts/a-host-view.ts'
import { COLUMNS, sortHosts } from './sort-hosts.ts'

const sorted = (
  hosts: Parameters<typeof sortHosts>[0],
  column: 'name' | 'phase' | 'left',
  isDescending = false,
) => sortHosts(hosts, { column, isDescending }, 0).map(({ name }) => name)

test('store-2 comes before store-10', () => {
  const hosts = ['store-10', 'store-2', 'store-1'].map((name) => aHostView({ name }))

  expect(sorted(hosts, 'name')).toEqual(['store-1', 'store-2', 'store-10'])
})

test('phases are in the order of a life, and equal ones in order of name', () => {
  const hosts = [
    aHostView({ name: 'c', phase: 'ready' }),
    aHostView({ name: 'b', phase: 'kernel' }),
    aHostView({ name: 'a', phase: 'kernel' }),
  ]

  expect(sorted(hosts, 'phase', true)).toEqual(['c', 'a', 'b'])
})

test('hosts without a download come last from either end', () => {
  const hosts = [
    aHostView({ name: 'idle' }),
    aDownload({ name: 'slow', bytes: 0, total: 100, rate: 1 }),
    aDownload({ name: 'fast', bytes: 0, total: 100, rate: 10 }),
  ]

  expect(sorted(hosts, 'left')).toEqual(['fast', 'slow', 'idle'])
  expect(sorted(hosts, 'left', true)).toEqual(['slow', 'fast', 'idle'])
})

const hosts = fc.uniqueArray(
  fc.record({ name: fc.stringMatching(/^[a-z0-9-]{1,8}$/), phase: fc.constantFrom(...PHASES) }),
  { selector: ({ name }) => name },
)
property.prop([hosts, fc.constantFrom(...COLUMNS), fc.boolean()])(
  'sorting loses nobody, whatever the column',
  (given, { column }, isDescending) => {
    const views = given.map(aHostView)

    expect(new Set(sortHosts(views, { column, isDescending }, 0))).toEqual(new Set(views))
  },
)
