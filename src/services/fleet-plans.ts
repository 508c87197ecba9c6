import type { DesiredFleet, DesiredHost } from '../domain/desired-fleet.ts'
import { indexMatches, type MachineFacts } from '../domain/matching.ts'
import type { Log } from '../ports/log.ts'
import type { BootPlan, BootPlans } from './boot-plan.ts'
import { createHostTexts } from './boot-texts.ts'
import type { InstallerShelf } from './installer-shelf.ts'

/** The plans of a fleet, made when they are first asked for. */
export interface FleetPlans extends BootPlans {
  /** From now on these are the wishes. */
  set(fleet: DesiredFleet): void
  fleet(): DesiredFleet
  wish(host: string): DesiredHost | undefined
  /** Whether a host is known by more than its card and UUID, so that a machine may be one although these are unknown. */
  needsMoreThanCard(): boolean
}

export function createFleetPlans(shelf: Pick<InstallerShelf, 'get' | 'all'>, log: Log): FleetPlans {
  let fleet: DesiredFleet = EMPTY_FLEET
  let wishes = new Map<string, DesiredHost>()
  let index = indexMatches([])
  let needsMore = false
  const made = new Map<string, { readonly wish: DesiredHost; readonly plan: BootPlan }>()

  function plan(host: string): BootPlan | undefined {
    const wish = wishes.get(host)
    const shelved = wish && shelf.get(wish.installer)
    if (!wish || !shelved) return undefined
    const before = made.get(host)
    if (before?.wish === wish && before.plan.installer === shelved.served) return before.plan
    const texts = createHostTexts({
      installer: shelved.installer,
      userData: { text: wish.userData, secretPaths: wish.secretPaths ?? [] },
      kernelArgs: wish.kernelArgs,
      phoneHome: wish.phoneHome,
    })
    const identity = wish.machine ? 'created' : 'claimed'
    const created: BootPlan = {
      installer: shelved.served,
      texts,
      policy: { identity, approve: wish.approve },
      localBoot: wish.localBoot,
      overHttps: wish.bootScheme === 'https',
    }
    made.set(host, { wish, plan: created })
    return created
  }

  /** What several hosts want is given to none; apply refuses such fleets, so this is a last line of defence. */
  function identify(facts: MachineFacts): string | undefined {
    const found = index.find(facts)
    if (found.kind === 'host') return found.name
    if (found.kind === 'ambiguous') log.warn({ hosts: found.names }, 'a machine could be several hosts')
    return undefined
  }

  return {
    of: plan,
    has: (host) => {
      const wish = wishes.get(host)
      return wish !== undefined && shelf.get(wish.installer) !== undefined
    },
    identify,
    installers: () => shelf.all().map(({ served }) => served),
    fleet: () => fleet,
    wish: (host) => wishes.get(host),
    needsMoreThanCard: () => needsMore,
    set: (next) => {
      fleet = next
      wishes = new Map(next.hosts.map((host) => [host.name, host]))
      needsMore = next.hosts.some(
        ({ machine, match }) => !machine && Object.keys(match).some((key) => key !== 'mac' && key !== 'uuid'),
      )
      index = indexMatches(next.hosts.filter(({ machine }) => machine === undefined))
      for (const name of made.keys()) if (!wishes.has(name)) made.delete(name)
    },
  }
}

export const EMPTY_FLEET: DesiredFleet = {
  installers: [],
  profiles: [],
  hosts: [],
  unknownHosts: { policy: 'ignore' },
}
