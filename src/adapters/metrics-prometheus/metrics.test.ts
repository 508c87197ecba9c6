import { expect, test } from 'vitest'
import type { HostEvent } from '../../domain/event.ts'
import { advance, type Life, newLife } from '../../domain/life.ts'
import type { BootId } from '../../domain/opaque-id.ts'
import type { Metrics } from '../../ports/metrics.ts'
import { createMetrics } from './metrics.ts'

/** Feeds the metrics as the book does: the event, then the change of phase it caused. Seconds in, ms inside. */
function aHistory(metrics: Metrics, host = 'edge-1') {
  let life: Life = newLife(0)
  return (seconds: number, type: HostEvent['type'], data: object): void => {
    const time = seconds * 1000
    const event = { host, time, type, data, bootId: 'abcdefghijklmnop' as BootId } as HostEvent
    const before = life.phase
    life = advance(life, event) ?? life
    metrics.observe(event, life)
    if (life.phase === before) return
    const change = { host, time, type: 'phase.changed', data: { from: before, to: life.phase } } as const
    metrics.observe(change, life)
  }
}

async function samples(
  metrics: Metrics,
  lives: readonly Pick<Life, 'phase'>[] = [],
): Promise<Map<string, number>> {
  const lines = (await metrics.text(lives)).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]))
}

const kernel = { role: 'kernel', total: 100, rate: 1 }
const where = { address: '192.0.2.9' }

test('a host on its way is counted by phase, boot, decision, bytes and time', async () => {
  const metrics = createMetrics()
  const tell = aHistory(metrics)

  tell(0, 'machine.power', { state: 'on', cause: 'asked' })
  tell(4, 'script.served', { action: 'install', ...where })
  tell(5, 'artifact.started', { ...kernel, bytes: 0 })
  tell(6, 'artifact.progress', { ...kernel, bytes: 60 })
  tell(7, 'artifact.aborted', { ...kernel, bytes: 70, reason: 'reset' })
  tell(8, 'artifact.started', { ...kernel, bytes: 0 })
  tell(35, 'artifact.finished', { ...kernel, bytes: 100 })
  tell(36, 'config.served', { bytes: 2000, ...where, userAgent: '', inert: false })
  const seen = await samples(metrics)

  expect(seen.get('edgeboot_boots_total')).toBe(1)
  expect(seen.get('edgeboot_boot_decisions_total{action="install"}')).toBe(1)
  expect(seen.get('edgeboot_boot_decisions_total{action="local"}')).toBe(0)
  expect(seen.get('edgeboot_served_bytes_total{role="kernel"}')).toBe(170)
  expect(seen.get('edgeboot_served_bytes_total{role="config"}')).toBe(2000)
  expect(seen.get('edgeboot_phase_duration_seconds_sum{phase="firmware"}')).toBe(4)
  expect(seen.get('edgeboot_phase_duration_seconds_sum{phase="kernel"}')).toBe(31)
  expect(seen.get('edgeboot_phase_duration_seconds_bucket{le="30",phase="kernel"}')).toBe(0)
  expect(seen.get('edgeboot_phase_duration_seconds_bucket{le="60",phase="kernel"}')).toBe(1)
})

test('the hosts there are now are counted, whatever happened before', async () => {
  const metrics = createMetrics()

  await metrics.text([{ phase: 'ready' }, { phase: 'ready' }, { phase: 'defined' }])
  const seen = await samples(metrics, [{ phase: 'ready' }])

  expect(seen.get('edgeboot_hosts{phase="ready"}')).toBe(1)
  expect(seen.get('edgeboot_hosts{phase="defined"}')).toBe(0)
})

test('hosts that fail are counted by phase and rule, whether they are given up or their machine goes off', async () => {
  const metrics = createMetrics()
  const late = aHistory(metrics)
  const lost = aHistory(metrics, 'edge-2')

  late(0, 'machine.power', { state: 'on', cause: 'asked' })
  late(1, 'script.served', { action: 'install', ...where })
  late(900, 'host.failed', { phase: 'script', reason: 'longer than 15 min', rule: 'kernel-not-asked' })
  lost(0, 'script.served', { action: 'install', ...where })
  lost(1, 'machine.power', { state: 'off', cause: 'guest-panic' })
  const seen = await samples(metrics)

  expect(seen.get('edgeboot_failures_total{phase="script",rule="kernel-not-asked"}')).toBe(1)
  expect(seen.get('edgeboot_failures_total{phase="script",rule="kernel-panicked"}')).toBe(1)
})

test('answers to machines that are no hosts are counted too', async () => {
  const metrics = createMetrics()

  metrics.answered('unknown')
  const seen = await samples(metrics)

  expect(seen.get('edgeboot_boot_decisions_total{action="unknown"}')).toBe(1)
  expect(seen.get('edgeboot_boot_decisions_total{action="refused"}')).toBe(0)
})

test('refusals are counted by reason, sentences and floods of reasons as other', async () => {
  const metrics = createMetrics()
  const tell = aHistory(metrics)

  for (const reason of ['other-address', 'other-address', 'Refused to 192.0.2.7!', '"\n evil']) {
    tell(1, 'config.refused', { ...where, reason })
  }
  for (let index = 0; index < 100; index++) tell(2, 'config.refused', { ...where, reason: `r-${index}` })
  const seen = await samples(metrics)
  const series = [...seen.keys()].filter((name) => name.startsWith('edgeboot_refusals_total'))

  expect(seen.get('edgeboot_refusals_total{reason="other-address"}')).toBe(2)
  expect(seen.get('edgeboot_refusals_total{reason="other"}')).toBe(2 + 100 - 31)
  expect(series).toHaveLength(33)
})

test('no host is named, so that a fleet is as many time series as one host', async () => {
  const metrics = createMetrics()

  const tell = aHistory(metrics)
  tell(1, 'script.served', { action: 'install', address: '192.0.2.7' })
  const text = await metrics.text(Array.from({ length: 200 }, () => ({ phase: 'ready' })))

  expect(text).not.toContain('edge-')
  expect(text).toContain('edgeboot_hosts{phase="ready"} 200')
})

test('two sets of metrics do not know each other, and the text says what it is', async () => {
  const [one, other] = [createMetrics(), createMetrics()]

  one.answered('local')

  expect(await other.text([])).toContain('edgeboot_boot_decisions_total{action="local"} 0')
  expect(await one.text([])).toContain('# TYPE edgeboot_phase_duration_seconds histogram')
  expect(one.contentType).toBe('text/plain; version=0.0.4; charset=utf-8')
})
