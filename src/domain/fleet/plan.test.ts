import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import type { Fleet, FleetHost, FleetProfile } from './fleet.ts'
import {
  DEFINITION_FIELDS,
  type DefinitionField,
  defineHost,
  type HostDefinition,
} from './host-definition.ts'
import { type KnownHost, planFleet } from './plan.ts'
import { formatPlan } from './plan-text.ts'

const place = { file: 'f', line: 1, column: 1 }
const profile: FleetProfile = {
  name: 'store',
  installer: 'palette',
  kernelArgs: { add: ['a'], remove: ['b'] },
  machine: { driver: 'qemu', memoryMiB: 16384 },
  approve: 'auto',
  timeouts: {},
  place,
}
const host: FleetHost = {
  name: 'h',
  profile: 'store',
  match: { mac: 'm' },
  labels: new Map([
    ['b', '2'],
    ['a', '1'],
  ]),
  machine: { cpus: 4 },
  place,
}
const fleet: Fleet = {
  installers: new Map([['palette', { name: 'palette', iso: 'i', sha256: 'ab', paths: {}, place }]]),
  profiles: new Map([['store', profile]]),
  hosts: new Map([['h', host]]),
  unknownHosts: { kind: 'ignore' },
}
const definition: HostDefinition = {
  profile: 'store',
  installer: 'palette',
  driver: 'qemu',
  memory: '16GiB',
  'user-data': 'd1',
}

const definitions = fc
  .uniqueArray(fc.stringMatching(/^h[1-9]$/))
  .chain((names) =>
    fc.tuple(
      ...names.map((name) =>
        fc.record({ memory: fc.constantFrom('1GiB', '2GiB') }).map((made) => [name, made] as const),
      ),
    ),
  )
  .map((entries) => new Map<string, HostDefinition>(entries))

describe('the definition of a host', () => {
  test('is made of its own settings over those of its profile over the defaults', () => {
    expect(defineHost(fleet, host, 'digest')).toEqual({
      profile: 'store',
      installer: 'palette',
      'installer file': 'sha256 ab',
      'kernel arguments': 'a -b',
      'user-data': 'digest',
      driver: 'qemu',
      cpus: '4',
      memory: '16GiB',
      disk: '300GiB',
      firmware: 'bios',
      boot: 'media',
      match: 'mac=m',
      labels: 'a=1 b=2',
      ready: 'auto',
      'local boot': 'by firmware',
      approval: 'auto',
    })
  })

  test('has no machine where nobody creates one', () => {
    const byHand = { ...fleet, profiles: new Map([['store', { ...profile, machine: {} }]]) }

    expect(defineHost(byHand, { ...host, machine: {} }, 'd')).not.toHaveProperty('memory')
  })

  test('does not depend on the order of labels', () => {
    const other = { ...host, labels: new Map([...host.labels].toReversed()) }

    expect(defineHost(fleet, other, 'd')).toEqual(defineHost(fleet, host, 'd'))
  })
})

describe('a plan', () => {
  test('tells people what would happen and what they have to do', () => {
    const desired = new Map<string, HostDefinition>([
      ['store-2', definition],
      ['store-10', { ...definition, memory: '32GiB', 'user-data': 'd2' }],
      ['store-3', { ...definition, memory: '32GiB' }],
      ['store-4', { ...definition, driver: 'vsphere' }],
      ['store-5', { ...definition, memory: '32GiB' }],
      ['store-6', { ...definition, labels: 'site=berlin' }],
      ['store-7', definition],
    ])
    const known: KnownHost[] = ['store-10', 'store-3', 'store-4', 'store-6', 'store-7', 'store-9'].map(
      (name) => ({
        name,
        definition,
        phase: 'ready',
      }),
    )
    known.push({ name: 'store-5', definition, phase: 'defined' })

    expect(
      formatPlan(planFleet(desired, known)),
    ).toBe(`+ store-2: new, profile store, installer palette, a machine of qemu
~ store-3: is ready; true of its machine once it was powered off and on (edgeboot host power store-3 cycle)
    memory 16GiB -> 32GiB (needs a power-off)
~ store-4: is ready; needs a new machine: edgeboot host delete store-4, then apply again
    driver qemu -> vsphere (needs a new machine)
~ store-5: changes before its first boot
    memory 16GiB -> 32GiB
~ store-6: changes at once
    labels none -> site=berlin
? store-9: no longer in the fleet, ready; kept with its machine (--prune deletes both)
~ store-10: is ready; true of its disk only after edgeboot host reinstall store-10
    user-data differs (needs a reinstall)
    memory 16GiB -> 32GiB (needs a power-off)

1 to create, 5 to change, 1 no longer in the fleet, 1 as they should be
`)
  })

  test('deletes what is no longer in the fleet only when asked to', () => {
    const known: KnownHost[] = [{ name: 'h', definition, phase: 'ready' }]

    expect(planFleet(new Map(), known).hosts).toEqual([{ action: 'orphan', name: 'h', phase: 'ready' }])
    expect(formatPlan(planFleet(new Map(), known, { prune: true }))).toBe(
      '- h: no longer in the fleet, ready; deleted with its machine and its disk\n\n1 to delete\n',
    )
  })

  test('of nothing says so', () => {
    expect(formatPlan(planFleet(new Map(), []))).toBe('there are no hosts\n')
  })

  test('notices another ISO under the same name, but not the same one elsewhere', () => {
    const withIso = (iso: string, digest: { sha256?: string }): HostDefinition => {
      const installers = new Map([['palette', { name: 'palette', iso, ...digest, paths: {}, place }]])
      return defineHost({ ...fleet, installers }, host, 'd')
    }

    expect(withIso('a', {})).not.toEqual(withIso('b', {}))
    expect(withIso('a', { sha256: 'x' })).toEqual(withIso('b', { sha256: 'x' }))
  })

  test('does not tell digests of user-data', () => {
    const known: KnownHost[] = [{ name: 'h', definition, phase: 'ready' }]
    const desired = ['h', 'new'].map((name) => [name, { ...definition, 'user-data': 'd2' }] as const)
    const plan = planFleet(new Map(desired), known)

    expect(JSON.stringify(plan.hosts)).not.toMatch(/d1|d2/)
  })

  test.prop([fc.constantFrom(...(Object.keys(DEFINITION_FIELDS) as DefinitionField[]))])(
    'notices a change of any field',
    (field) => {
      const plan = planFleet(new Map([['h', { ...definition, [field]: 'other' }]]), [
        { name: 'h', definition, phase: 'ready' },
      ])

      expect(plan.hosts).toMatchObject([
        { action: 'change', needs: DEFINITION_FIELDS[field], changes: [{ field }] },
      ])
    },
  )

  test.prop([definitions, definitions])(
    'leads from any fleet to any other, and then to no change',
    (before, after) => {
      const known = [...before].map(([name, made]): KnownHost => ({ name, definition: made, phase: 'ready' }))

      const plan = planFleet(after, known, { prune: true })
      const applied = new Map(before)
      for (const planned of plan.hosts) {
        const made = after.get(planned.name)
        if (planned.action === 'delete') applied.delete(planned.name)
        else if (made) applied.set(planned.name, made)
      }

      expect(applied).toEqual(new Map(after))
      const again = planFleet(
        after,
        [...applied].map(([name, made]): KnownHost => ({ name, definition: made, phase: 'ready' })),
      )
      expect(again.totals).toEqual({ create: 0, change: 0, keep: after.size, orphan: 0, delete: 0 })
    },
  )
})
