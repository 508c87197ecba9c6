import { describe, expect, test } from 'vitest'
import { aHostView } from '../../../test/support/fake-control-desk.ts'
import type { Event } from '../../contract/events.ts'
import type { HostView } from '../../contract/hosts.ts'
import { parseKnownEvent } from './known-event.ts'
import { foldView, lifeOf } from './view-life.ts'

const view = aHostView({ since: 1000, waitsFor: 'waits for a free place', transfers: {} }) as HostView

function fold(...events: Pick<Event, 'type' | 'data'>[]): HostView {
  return events.reduce((now, { type, data }, index) => {
    const known = parseKnownEvent({ host: view.name, time: 2000 + index, type, data })
    return known ? foldView(now, known) : now
  }, view)
}

describe('events move the view of a host', () => {
  test('phases, transfers and stages follow the events, and nothing waits that has moved', () => {
    const rootfs = { role: 'rootfs', bytes: 5, total: 10, rate: 3 }

    const now = fold(
      { type: 'phase.changed', data: { from: 'initrd', to: 'rootfs' } },
      { type: 'artifact.started', data: { ...rootfs, bytes: 0 } },
      { type: 'artifact.progress', data: rootfs },
      { type: 'host.stage', data: { stage: 'before-install', detail: '', address: '192.0.2.7' } },
    )

    expect(now).toMatchObject({ phase: 'rootfs', since: 2000, address: '192.0.2.7' })
    expect(now.waitsFor).toBeUndefined()
    expect(lifeOf(now)).toMatchObject({
      phase: 'rootfs',
      stage: 'before-install',
      transfers: { rootfs: { bytes: 5, total: 10, rate: 3, attempts: 1 } },
    })
  })

  test('a failure carries its reason, in whichever order it is told', () => {
    const failed = { type: 'host.failed', data: { phase: 'kernel', reason: 'lost \u001b[2J' } }
    const changed = { type: 'phase.changed', data: { from: 'kernel', to: 'failed' } }

    for (const events of [
      [failed, changed],
      [changed, failed],
    ]) {
      expect(fold(...events)).toMatchObject({ phase: 'failed', failure: { reason: 'lost ?[2J' } })
    }
  })

  test('what the server told of already changes nothing', () => {
    const late = parseKnownEvent({
      host: view.name,
      time: 999,
      type: 'phase.changed',
      data: { from: 'defined', to: 'starting' },
    })

    expect(late && foldView(view, late)).toBe(view)
  })

  test.each<[string, Event['data']]>([
    ['something.new', {}],
    ['phase.changed', { to: 'elsewhere' }],
    ['artifact.progress', { role: 'rootfs', bytes: 'many' }],
  ])('%s that is not understood is left out', (type, data) => {
    expect(fold({ type, data })).toBe(view)
  })
})
