import { findBottleneck } from '../../domain/throughput.ts'
import type { ThroughputDesk } from '../../ports/control/observation-desk.ts'
import { INTERVAL_MS } from '../throughput.ts'
import type { ControlParts } from './control-parts.ts'

/** The speed of a card is looked up so seldom, in milliseconds: it changes with cables. */
const FRESH_MS = 60_000

/** What was sent lately, and what holds it up. */
export function createThroughputDesk({
  throughput,
  linkSpeed,
  pacing,
  clock,
}: Pick<ControlParts, 'throughput' | 'linkSpeed' | 'pacing' | 'clock'>): ThroughputDesk {
  let known: { readonly speed: Promise<number | undefined>; readonly until: number } | undefined

  function speedOfCard(): Promise<number | undefined> {
    if (!known || clock.now() >= known.until) {
      known = { speed: linkSpeed().catch(() => undefined), until: clock.now() + FRESH_MS }
    }
    return known.speed
  }

  return {
    throughput: async (after) => {
      const linkBytesPerSecond = await speedOfCard()
      const bottleneck = findBottleneck({
        samples: throughput.samples(),
        rates: throughput.rates(),
        intervalMs: INTERVAL_MS,
        linkBytesPerSecond,
        pacing,
      })
      return {
        intervalMs: INTERVAL_MS,
        samples: throughput.samples(after),
        ...(linkBytesPerSecond === undefined ? {} : { linkBytesPerSecond }),
        bottleneck,
      }
    },
  }
}
