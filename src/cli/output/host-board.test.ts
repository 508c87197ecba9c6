import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { type Life, newLife } from '../../domain/life.ts'
import { PHASES } from '../../domain/phase.ts'
import { type BoardEntry, renderHostBoard } from './host-board.ts'

const NOW = 100_000

function entry(name: string, life: Partial<Life>, news?: string): BoardEntry {
  return { name, life: { ...newLife(NOW - 5000), ...life }, ...(news === undefined ? {} : { news }) }
}

test('each host has a line with its phase, bytes, rate and time left, and the last line sums up', () => {
  const rootfs = {
    bytes: 30 * 1024 ** 2,
    total: 60 * 1024 ** 2,
    rate: 1024 ** 2,
    startedAt: NOW,
    attempts: 1,
  }
  const entries = [
    entry('edge-1', { phase: 'rootfs', transfers: { rootfs } }),
    entry('edge-10', { phase: 'ready' }),
    entry('edge-3', { phase: 'failed', failure: { phase: 'config', reason: 'no disk' } }),
  ]

  const board = renderHostBoard(entries, NOW, { columns: 120, rows: 24 })

  expect(board.split('\n')).toEqual([
    '▸ edge-1   ████████░░░░░░░░ rootfs 50 % of 60 MiB, 1.0 MiB/s, 30 s left',
    '✔ edge-10  ready',
    '✘ edge-3   failed: no disk',
    '3 hosts: 1 rootfs, 1 ready, 1 failed; 1.0 MiB/s',
  ])
})

test('of more hosts than lines the failed and the stalled stay, the rest is counted', () => {
  const ready = Array.from({ length: 400 }, (_, index) => entry(`ok-${index}`, { phase: 'ready' }))
  const entries = [
    ...ready,
    entry('bad', { phase: 'failed', failure: { phase: 'kernel', reason: 'lost' } }),
    entry('slow', { phase: 'script' }, 'stalled in script for 3 min'),
  ]

  const board = renderHostBoard(entries, NOW, { columns: 80, rows: 10 })

  expect(board).toContain('✘ bad')
  expect(board).toContain('stalled in script for 3 min')
  expect(board).toContain('… and 395 more. 402 hosts: 1 script, 400 ready, 1 failed')
})

const anEntry = fc.record({
  name: fc.stringMatching(/^[a-z][a-z0-9-]{0,60}$/),
  phase: fc.constantFrom(...PHASES),
  news: fc.option(fc.string({ maxLength: 200 }).map((text) => text.replaceAll(/[^ -~]/g, ' '))),
})

test.prop([
  fc.array(anEntry, { maxLength: 80 }),
  fc.integer({ min: 10, max: 200 }),
  fc.integer({ min: 4, max: 60 }),
])('the board never exceeds the terminal', (hosts, columns, rows) => {
  const entries = hosts.map(({ name, phase, news }) => entry(name, { phase }, news ?? undefined))

  const lines = renderHostBoard(entries, NOW, { columns, rows }).split('\n')

  expect(lines.length).toBeLessThan(rows)
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns)
})
