import { expect, test } from 'vitest'
import { aHostView } from '../../hosts/a-host-view.ts'
import { hostsInWords, judge, typedFor } from './host-actions.ts'

const failure = { phase: 'kernel', reason: 'x' } as const
const HOSTS = [
  aHostView({ name: 'new', waitsFor: 'approval' }),
  aHostView({ name: 'moving', phase: 'rootfs', mac: '52:54:00:00:00:01' }),
  aHostView({ name: 'ready', phase: 'ready', mac: '52:54:00:00:00:02' }),
  aHostView({ name: 'failed', phase: 'failed', failure }),
  aHostView({ name: 'spoilt', phase: 'failed', failure: { phase: 'config', reason: 'x' } }),
  aHostView({ name: 'virtual', driver: 'qemu' }),
]

test.each([
  ['power-on', ['moving', 'ready', 'virtual']],
  ['power-off', ['virtual']],
  ['power-reset', ['virtual']],
  ['reinstall', ['ready', 'failed', 'spoilt']],
  ['retry', ['failed']],
  ['approve', ['new']],
  ['arm', ['new', 'moving']],
] as const)('%s can be done to %j', (action, names) => {
  const { able, unable } = judge(action, HOSTS)

  expect(able).toEqual(names)
  expect(able.length + unable.length).toBe(HOSTS.length)
})

test('erasing more than one host takes typing how many', () => {
  expect(typedFor('reinstall', 12)).toBe('12')
  expect(typedFor('reinstall', 1)).toBeUndefined()
  expect(typedFor('power-on', 12)).toBeUndefined()
  expect(hostsInWords(['a'])).toBe('a')
  expect(hostsInWords(['a', 'b'])).toBe('these 2 hosts')
})
