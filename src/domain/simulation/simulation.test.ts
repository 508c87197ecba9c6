import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { percentiles, type SimulatedBoot, summarizeSimulation } from './simulation.ts'

function aBoot(given: Partial<SimulatedBoot> = {}): SimulatedBoot {
  return { outcome: 'installed', durationMs: 1000, waits: 0, requests: [], ...given }
}

describe('what simulated hosts saw, together', () => {
  test('counts hosts, waits, bytes and requests of each kind', () => {
    const request = { firstByteMs: 1, durationMs: 4, bytes: 500, isOk: true }
    const simulation = summarizeSimulation(
      [
        aBoot({
          requests: [
            { ...request, kind: 'script' },
            { ...request, kind: 'rootfs', durationMs: 8, bytes: 2000 },
          ],
        }),
        aBoot({ outcome: 'failed', reason: 'gone', requests: [{ ...request, kind: 'script', isOk: false }] }),
        aBoot({ outcome: 'refused', reason: 'full', waits: 3 }),
        aBoot({ outcome: 'refused', reason: 'full', durationMs: 9000 }),
      ],
      2000,
    )

    expect(simulation).toEqual({
      hosts: 4,
      installed: 1,
      refused: 2,
      failed: 1,
      waits: 3,
      wallMs: 2000,
      bytes: 3000,
      bytesPerSecond: 1500,
      boot: { mean: 1000, p50: 1000, p95: 1000, p99: 1000, max: 1000 },
      requests: {
        script: {
          count: 2,
          failed: 1,
          bytes: 1000,
          firstByte: { p50: 1, p95: 1, p99: 1, max: 1 },
          duration: { p50: 4, p95: 4, p99: 4, max: 4 },
        },
        rootfs: {
          count: 1,
          failed: 0,
          bytes: 2000,
          firstByte: { p50: 1, p95: 1, p99: 1, max: 1 },
          duration: { p50: 8, p95: 8, p99: 8, max: 8 },
        },
      },
      reasons: [
        { reason: 'full', hosts: 2 },
        { reason: 'gone', hosts: 1 },
      ],
    })
  })

  test('is nothing for no hosts', () => {
    expect(summarizeSimulation([], 0)).toMatchObject({
      hosts: 0,
      bytesPerSecond: 0,
      requests: {},
      reasons: [],
    })
  })

  test('percentiles are by the nearest rank', () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index)

    expect(percentiles(values)).toEqual({ p50: 50, p95: 95, p99: 99, max: 100 })
    expect(percentiles([7])).toEqual({ p50: 7, p95: 7, p99: 7, max: 7 })
    expect(percentiles([])).toEqual({ p50: 0, p95: 0, p99: 0, max: 0 })
  })

  property.prop([fc.array(fc.nat(), { minLength: 1 })])('percentiles are values, in order', (values) => {
    const { p50, p95, p99, max } = percentiles(values)

    expect([p50, p95, p99, max].every((value) => values.includes(value))).toBe(true)
    expect([p50, p95, p99, max]).toEqual([p50, p95, p99, max].toSorted((a, b) => a - b))
    expect(values.filter((value) => value <= p50).length).toBeGreaterThanOrEqual(values.length / 2)
  })
})
