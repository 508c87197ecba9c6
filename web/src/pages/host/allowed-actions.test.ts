import { describe, expect, test } from 'vitest'
import type { HostView } from '../../../../src/contract/hosts.ts'
import { type HostAction, reasonAgainst } from './allowed-actions.ts'

const ALL: readonly HostAction[] = [
  'power-on',
  'power-off',
  'reset',
  'reinstall',
  'retry',
  'approve',
  'arm',
  'delete',
]

function allowed(given: Partial<HostView>, isMade: boolean): readonly HostAction[] {
  const host: HostView = {
    name: 'edge-1',
    labels: {},
    phase: 'defined',
    since: 0,
    power: 'off',
    installs: 0,
    lastSeen: 0,
    transfers: {},
    ...given,
  }
  return ALL.filter((action) => reasonAgainst(action, host, isMade) === undefined)
}

describe('what can be done to a host', () => {
  test.each([
    [
      'a machine of ours that is ready',
      { phase: 'ready', power: 'on' },
      true,
      ['power-off', 'reset', 'reinstall', 'delete'],
    ],
    ['one that installs', { phase: 'rootfs', power: 'on' }, true, ['power-off', 'reset', 'delete']],
    ['a box that waits for its window', {}, false, ['power-on', 'arm', 'delete']],
    [
      'one that waits for a person',
      { waitsFor: 'approval: edgeboot host approve edge-1' },
      true,
      ['power-on', 'approve', 'delete'],
    ],
    [
      'one that failed on its way',
      { phase: 'failed', failure: { phase: 'kernel', reason: 'x' } },
      true,
      ['power-on', 'reinstall', 'retry', 'delete'],
    ],
    [
      'one that failed while it installed',
      { phase: 'failed', failure: { phase: 'installing', reason: 'x' } },
      true,
      ['power-on', 'reinstall', 'delete'],
    ],
  ] as const)('%s', (_what, given, isMade, actions) => {
    expect(allowed(given, isMade)).toEqual(actions)
  })
})
