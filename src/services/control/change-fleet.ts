import type { DesiredFleet } from '../../domain/desired-fleet.ts'
import { isFailure } from '../../domain/failure.ts'
import type { FleetPlan } from '../../ports/control/fleet-desk.ts'
import type { ControlParts } from './control-parts.ts'

/** Of many who change the fleet at the same time each tries again so often. */
const MAX_TRIES = 5

/**
 * Puts in force what `change` makes of the fleet in force; where somebody else was quicker, it is made of theirs, so
 * that nobody's change is lost. Failures of `change` and of applying, `fleet.changed` when others are always quicker.
 */
export async function changeFleet(
  { plans, keeper, signal }: Pick<ControlParts, 'plans' | 'keeper' | 'signal'>,
  change: (fleet: DesiredFleet) => DesiredFleet,
): Promise<FleetPlan> {
  for (let attempt = 1; ; attempt += 1) {
    const ifVersion = keeper.version()
    const next = change(plans.fleet())
    try {
      return await keeper.apply(next, { prune: false, ifVersion }, signal)
    } catch (error) {
      if (!isFailure(error, 'fleet.changed') || attempt === MAX_TRIES) throw error
    }
  }
}
