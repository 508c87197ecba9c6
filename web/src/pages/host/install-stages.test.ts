import { expect, test } from 'vitest'
import type { Event } from '../../../../src/contract/events.ts'
import { stagesOf } from './install-stages.ts'

function aReport(time: number, stage: unknown, bootId = 'b1'): Event {
  return { id: time, time, host: 'edge-1', bootId, type: 'host.stage', data: { stage, detail: '' } }
}

test('the stages of a boot come in order of time, each until the next', () => {
  const events = [
    aReport(900, 'after-install'),
    aReport(200, 'before-install'),
    aReport(250, 'before-install'),
  ]

  expect(stagesOf(events, { bootId: 'b1' })).toEqual([
    { stage: 'before-install', detail: '', at: 200, durationMs: 700 },
    { stage: 'after-install', detail: '', at: 900 },
  ])
})

test('what belongs to another boot, or is no report, is none of them', () => {
  const other: Event = { ...aReport(1, 'x'), type: 'config.served' }

  expect(stagesOf([aReport(1, 'before-install', 'b0'), other], { bootId: 'b1' })).toEqual([])
  expect(stagesOf([aReport(1, 'before-install')], {})).toEqual([])
  expect(stagesOf([aReport(1, { nested: true })], { bootId: 'b1' })).toEqual([
    { stage: '', detail: '', at: 1 },
  ])
})
