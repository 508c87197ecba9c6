import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createLoopGauge } from './loop-gauge.ts'

test('a loop that works is busier than one that waits, and each call begins anew', async () => {
  const gauge = createLoopGauge()

  await sleep(20)
  const idle = gauge.busy()
  await sleep(1)
  const end = performance.now() + 40
  while (performance.now() < end);
  await sleep(1)
  const working = gauge.busy()

  expect(idle).toBeGreaterThanOrEqual(0)
  expect(working).toBeGreaterThan(idle)
  expect(working).toBeLessThanOrEqual(1)
})
