import { expect, test } from 'vitest'
import type { HostEvent } from '../../domain/event.ts'
import { newLife } from '../../domain/life.ts'
import { describeEvent, describeLife } from './host-line.ts'

const life = newLife(0)
const STEERING = '\u001b]0;title\u0007'

test('a download is told with its bytes, its rate and the time left', () => {
  const transfer = { bytes: 25 * 1024 * 1024, total: 100 * 1024 * 1024, rate: 5 * 1024 * 1024, attempts: 1 }
  const rootfs = { ...life, phase: 'rootfs' as const, transfers: { rootfs: { ...transfer, startedAt: 0 } } }

  expect(describeLife(rootfs, 0)).toBe('rootfs 25 % of 100 MiB, 5.0 MiB/s, 15 s left')
})

test('nothing a host, its certificate or its console says can steer the terminal', () => {
  const events: HostEvent[] = [
    {
      host: 'edge-1',
      time: 0,
      type: 'probe.result',
      data: { probe: 'local-ui', ok: true, detail: `certificate of ${STEERING}` },
    },
    { host: 'edge-1', time: 0, type: 'host.failed', data: { phase: 'disk-boot', reason: STEERING } },
  ]

  const lines = events.map((event) => describeEvent(event, life))
  const failed = describeLife(
    { ...life, phase: 'failed', failure: { phase: 'disk-boot', reason: STEERING } },
    0,
  )

  expect(lines.every((line) => line !== undefined)).toBe(true)
  expect([...lines, failed].join('\n')).not.toMatch(/[\u001b\u0007]/)
})
