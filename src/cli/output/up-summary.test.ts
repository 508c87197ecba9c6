import { expect, test } from 'vitest'
import { formatUpSummary } from './up-summary.ts'

test('the end of a run is a table of hosts, the time in each phase, and where to look next', () => {
  const text = formatUpSummary({
    dataDirectory: '/data',
    hosts: [
      {
        name: 'edge-1',
        result: 'ready',
        phase: 'ready',
        phases: [
          { phase: 'defined', ms: 20 },
          { phase: 'firmware', ms: 3000 },
          { phase: 'rootfs', ms: 64_000 },
        ],
        totalMs: 67_020,
        bytes: 96_468_992,
        installs: 1,
        localUi: 'https://127.0.0.1:38509',
        console: '/data/machines/edge-1/serial.log',
      },
      {
        name: 'edge-2',
        result: 'failed',
        phase: 'failed',
        phases: [{ phase: 'firmware', ms: 5000 }],
        totalMs: 5000,
        bytes: 0,
        installs: 0,
        reason: 'no answer \u001b[2J',
        screenshot: '/data/screenshots/edge-2.png',
      },
    ],
  })

  expect(text).toBe(`HOST    RESULT  TIME        SENT    INSTALLS
edge-1  ready   1 min 07 s  92 MiB  1
edge-2  failed  5 s         0 B     0

Time in each phase:
  edge-1: firmware 3 s, rootfs 1 min 04 s
  edge-2: firmware 5 s

Where to look next:
  edge-1 Local UI: https://127.0.0.1:38509
  edge-1 serial console: /data/machines/edge-1/serial.log
  edge-2 failed: no answer ?[2J
  edge-2 last screenshot: /data/screenshots/edge-2.png
  edgeboot --data-dir /data host list
`)
})

test('a host is called by its result wherever it is told of', () => {
  const text = formatUpSummary({
    dataDirectory: '/data',
    hosts: [
      {
        name: 'edge-1',
        result: 'unfinished',
        phase: 'defined',
        phases: [{ phase: 'defined', ms: 900 }],
        totalMs: 900,
        bytes: 0,
        installs: 0,
        reason: 'the datastore is full',
      },
    ],
  })

  expect(text).toMatch(/^edge-1 {2}unfinished {2}/m)
  expect(text).toContain('\n  edge-1 unfinished: the datastore is full\n')
  expect(text).not.toContain('failed')
})
