import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { type PacedFleet, simulatePacedFleet } from '../../../test/support/paced-fleet.ts'

const GIGABIT = 125_000_000

function compare(fleet: Omit<PacedFleet, 'pacing'>, bytesPerSecond: number) {
  const [equal, first] = (['equal', 'first'] as const).map((order) =>
    simulatePacedFleet({ ...fleet, pacing: { bytesPerSecond, order } }),
  )
  if (!equal || !first) throw new Error('two orders')
  return { equal, first }
}

describe('hosts that are served in the order in which they began', () => {
  // A fortieth of a real installer and its installation: all times are a fortieth of those.
  const fleet = { bytes: 40_000_000, installMs: 6_000, hostBytesPerSecond: GIGABIT }

  test.for([
    [50, 50, 0.65, 1.001],
    [200, 200, 0.56, 1.001],
    [500, 500, 0.54, 1.001],
    // Where only so many may be on their way, the link has work while the first ones install.
    [50, 8, 0.85, 0.85],
    [200, 32, 0.7, 0.78],
  ] as const)(
    '%i at once or %i of them: ready after this share of the time',
    ([hosts, atOnce, mean, total]) => {
      const { equal, first } = compare({ ...fleet, hosts, atOnce }, GIGABIT)

      expect(first.meanSeconds / equal.meanSeconds).toBeLessThan(mean)
      expect(first.totalSeconds / equal.totalSeconds).toBeLessThan(total)
    },
  )

  const some = {
    hosts: fc.integer({ min: 1, max: 24 }),
    atOnce: fc.integer({ min: 1, max: 24 }),
    bytes: fc.integer({ min: 1_000_000, max: 30_000_000 }),
    installMs: fc.nat(20_000),
  }
  const rate = fc.integer({ min: 5_000_000, max: 200_000_000 })

  property.prop([fc.record(some), rate], { numRuns: 30 })(
    'are all together not later, and on average not either',
    (about, bytesPerSecond) => {
      const { equal, first } = compare({ ...about, hostBytesPerSecond: bytesPerSecond }, bytesPerSecond)

      // What trickles and the size of grants make out of it.
      const slackSeconds = 0.1
      expect(first.totalSeconds).toBeLessThan(equal.totalSeconds * 1.01 + slackSeconds)
      expect(first.meanSeconds).toBeLessThan(equal.meanSeconds * 1.01 + slackSeconds)
    },
  )

  property.prop([fc.record({ ...some, hostBytesPerSecond: rate }), rate], { numRuns: 30 })(
    'with cards slower than the link are later by no more than the last one takes alone, and on average not',
    (about, bytesPerSecond) => {
      const { equal, first } = compare(about, bytesPerSecond)

      const aloneSeconds = about.bytes / Math.min(bytesPerSecond, about.hostBytesPerSecond)
      expect(first.totalSeconds).toBeLessThan(equal.totalSeconds * 1.01 + aloneSeconds + 0.1)
      expect(first.meanSeconds).toBeLessThan(equal.meanSeconds * 1.01 + 0.1)
    },
  )
})
