import { expect, test } from 'vitest'
import type { FleetPlan } from '../../contract/fleet.ts'
import { formatPlan } from './plan-text.ts'

const plan: FleetPlan = {
  version: '7',
  changes: [
    { kind: 'create', object: 'host', name: 'store-1', what: ['a machine is created with qemu'] },
    { kind: 'update', object: 'host', name: 'store-2', what: ['its user-data changes', 'labels changes'] },
    { kind: 'remove', object: 'host', name: 'store-3', what: ['its machine is removed'] },
    { kind: 'keep', object: 'host', name: 'store-4', what: ['no longer asked for; kept'] },
    { kind: 'create', object: 'installer', name: 'palette', what: [] },
  ],
  unchanged: 12,
  warnings: ['user-data 3:1 \u001b[2Jodd'],
}

test('a plan is told in words, one line for each object and one for each further sentence', () => {
  expect(formatPlan(plan).split('\n')).toEqual([
    '+ host store-1: a machine is created with qemu',
    '~ host store-2: its user-data changes',
    '    labels changes',
    '- host store-3: its machine is removed',
    '  kept: host store-4: no longer asked for; kept',
    '+ installer palette',
    'plan: 2 to create, 1 to change, 1 to remove, 1 kept, 12 unchanged; against version 7',
    'warning: user-data 3:1 ?[2Jodd',
    '',
  ])
})

test('what was applied is told as done, with the version in force', () => {
  expect(formatPlan({ ...plan, changes: [], warnings: [] }, { applied: true })).toBe(
    'applied: 12 unchanged; now in force is version 7\n',
  )
})
