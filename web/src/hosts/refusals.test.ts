import { describe, expect, test } from 'vitest'
import { aHostView } from './a-host-view.ts'
import { type HostAction, refusalOf } from './refusals.ts'

const ALL: readonly HostAction[] = [
  'power-on',
  'power-off',
  'power-reset',
  'reinstall',
  'retry',
  'approve',
  'arm',
  'delete',
]

const OURS = { driver: 'qemu' } as const

describe('what can be done to a host', () => {
  test.each([
    [
      'a machine of ours that is ready',
      { ...OURS, phase: 'ready', power: 'on' },
      ['power-off', 'power-reset', 'reinstall', 'delete'],
    ],
    ['one that installs', { ...OURS, phase: 'rootfs', power: 'on' }, ['power-off', 'power-reset', 'delete']],
    ['one that is off', { ...OURS, power: 'off' }, ['power-on', 'delete']],
    ['a box that waits for its window', { mac: '52:54:00:00:00:01' }, ['power-on', 'arm', 'delete']],
    ['a box that is known by its serial number', {}, ['arm', 'delete']],
    [
      'one that waits for a person',
      { ...OURS, power: 'off', waitsFor: 'approval: edgeboot host approve edge-1' },
      ['power-on', 'approve', 'delete'],
    ],
    [
      'one that waits for a place',
      { ...OURS, power: 'off', waitsFor: 'a free place' },
      ['power-on', 'delete'],
    ],
    [
      'one that failed on its way',
      { ...OURS, power: 'off', phase: 'failed', failure: { phase: 'kernel', reason: 'x' } },
      ['power-on', 'reinstall', 'retry', 'delete'],
    ],
    [
      'one that failed while it installed',
      { ...OURS, power: 'off', phase: 'failed', failure: { phase: 'installing', reason: 'x' } },
      ['power-on', 'reinstall', 'delete'],
    ],
  ] as const)('%s', (_what, given, actions) => {
    expect(ALL.filter((action) => refusalOf(action, aHostView(given)) === undefined)).toEqual(actions)
  })
})
