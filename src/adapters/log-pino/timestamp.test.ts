import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { createTimestamp } from './timestamp.ts'

const times = fc.array(fc.integer({ min: 0, max: 4_102_444_800_000 }), { minLength: 1 })

test.prop([times])('the time is that of Date, whatever was asked for before', (asked) => {
  let now = 0
  const timestamp = createTimestamp(() => now)
  // Each time once more a few milliseconds later, mostly within the same second.
  for (now of asked.flatMap((time) => [time, time + 7])) {
    expect(timestamp()).toBe(`,"time":"${new Date(now).toISOString()}"`)
  }
})
