import { expect, test } from 'vitest'
import { formatSimulation } from './simulation-text.ts'

test('a simulation is told in a few lines and a table', () => {
  const percentiles = { p50: 1.23, p95: 12.5, p99: 99.9, max: 120 }
  const text = formatSimulation({
    ...{ hosts: 3, installed: 2, refused: 1, failed: 0, waits: 4 },
    ...{ wallMs: 61_000, bytes: 3 * 1024 ** 2, bytesPerSecond: 1024 ** 2 },
    boot: { mean: 22_000, p50: 20_000, p95: 40_000, p99: 41_000, max: 41_000 },
    requests: {
      script: { count: 7, failed: 4, bytes: 2048, firstByte: percentiles, duration: percentiles },
    },
    reasons: [{ reason: 'it was told to wait for too long', hosts: 1 }],
  })

  expect(text).toBe(
    `3 hosts in 1 min 01 s: 2 installed, 1 refused
3.0 MiB sent, 1.0 MiB/s; told to wait 4 times
ready after 22 s on average, 20 s (half), 40 s (95 of 100); the last one after 41 s

REQUEST  COUNT  FAILED  FIRST BYTE 50/95/99 %  WHOLE 50/95/99 %   BYTES
script   7      4       1.2 / 13 / 100 ms      1.2 / 13 / 100 ms  2.0 KiB
1 × it was told to wait for too long
`,
  )
})
