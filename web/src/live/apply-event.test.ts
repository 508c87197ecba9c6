import { expect, test } from 'vitest'
import type { HostView } from '../../../src/contract/hosts.ts'
import { applyEvent } from './apply-event.ts'

const host: HostView = {
  name: 'edge-1',
  labels: {},
  phase: 'defined',
  since: 0,
  power: 'off',
  installs: 0,
  lastSeen: 0,
  transfers: {},
  waitsFor: 'a free place among the hosts that install',
  diagnosis: { rule: 'not-switched-on', seen: 's', cause: 'c', check: [] },
}

test('what was said of the phase before is not said of the next', () => {
  const data = { from: 'defined', to: 'firmware' }

  const after = applyEvent(host, { time: 5, host: 'edge-1', type: 'phase.changed', data })

  expect(after).toMatchObject({ phase: 'firmware', since: 5, lastSeen: 5 })
  expect(after).not.toHaveProperty('waitsFor')
  expect(after).not.toHaveProperty('diagnosis')
})

test('a phase there is not changes nothing but when it was heard of', () => {
  const data = { from: 'defined', to: 'lunch' }

  expect(applyEvent(host, { time: 5, host: 'edge-1', type: 'phase.changed', data })).toEqual({
    ...host,
    lastSeen: 5,
  })
})
