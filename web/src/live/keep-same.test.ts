import { expect, test } from 'vitest'
import type { HostView } from '../../../src/contract/hosts.ts'
import { keepSame } from './keep-same.ts'

const HOST: HostView = {
  name: 'store-1',
  labels: { site: 'berlin' },
  phase: 'rootfs',
  since: 1,
  power: 'on',
  installs: 1,
  lastSeen: 2,
  transfers: { rootfs: { bytes: 1, total: 2, rate: 3, startedAt: 4, attempts: 1 } },
}

test('a host that came again as it was is the same object', () => {
  expect(keepSame(HOST, structuredClone(HOST))).toBe(HOST)
})

test.each([
  ['a value', { lastSeen: 3 }],
  ['a value inside', { transfers: {} }],
  ['one thing more', { address: '10.0.0.1' }],
])('with %s different it is the new one', (_what, change) => {
  const loaded = { ...HOST, ...change }

  expect(keepSame(HOST, loaded)).toBe(loaded)
  expect(keepSame(loaded, HOST)).toBe(HOST)
  expect(keepSame(undefined, loaded)).toBe(loaded)
})
