import { createTurns } from '../domain/async/turns.ts'
import type { UnknownHostPolicy } from '../domain/desired-fleet.ts'
import { readGuestNetwork } from '../domain/guest-network.ts'
import { parseMacAddress } from '../domain/mac-address.ts'
import type { MachineFacts } from '../domain/matching.ts'
import { createRateLimiter, type RateLimit } from '../domain/rate-limit.ts'
import type { BootClient, ScriptAnswer, ScriptQuery } from '../ports/boot-desk.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import { renderLocalBootScript } from '../render/ipxe/local-boot-script.ts'
import { renderUnknownHostScript } from '../render/ipxe/unknown-host-script.ts'
import { renderWaitScript } from '../render/ipxe/wait-script.ts'
import type { AskingMachine } from './boot-texts.ts'
import type { Discovery } from './discovery.ts'

/** A machine that has just become a host asks again after this many seconds. */
const ADOPTED_RETRY_SECONDS = 2

/** What is worth keeping of what a machine tells besides what it can be recognised by. */
const ALSO_TOLD = ['platform', 'buildarch', 'version']
/** Anybody can make up machines, and each that is adopted is a host for good. */
const ADOPTIONS: RateLimit = { perSecond: 1, burst: 500 }
const TOO_MANY_RETRY_SECONDS = 60

/** Deals with machines that are no host we know. */
export interface Strangers {
  answer(facts: MachineFacts, query: ScriptQuery, client: BootClient): Promise<ScriptAnswer>
}

/** Says on their console that they are not known and lets them go on. */
export function turnAway(log: Log): Strangers {
  return {
    answer: async ({ mac = '', uuid = '' }, _query, { address }) => {
      log.warn({ address, mac, uuid }, 'an unknown machine asked for a boot script')
      return { action: 'unknown', script: renderUnknownHostScript({ mac, uuid }) }
    },
  }
}

/** Hands every one of them the same installer, as the classic names do. */
export function installAll(script: (base: string, asked: AskingMachine) => string, log: Log): Strangers {
  return {
    answer: async ({ mac = '' }, query, { address, base }) => {
      log.info({ address, mac }, 'handed the installer to a machine nobody announced')
      const card = parseMacAddress(mac)
      const network = readGuestNetwork(query)
      return {
        action: 'install',
        script: script(base, { ...(card && { mac: card }), ...(network && { network }) }),
      }
    },
  }
}

/**
 * Follows the policy of the fleet: `ignore` and `discover` turn them away, `local` sends them to their disks,
 * `discover` and `profile` note what they tell; with `profile` they are adopted, and answered when they ask again.
 */
export function followPolicy(parts: {
  readonly policy: () => UnknownHostPolicy
  readonly discovery: Discovery
  /** Makes a host of the machine and resolves to its name. Rejects when it cannot be one. */
  readonly adopt: (facts: MachineFacts, profile: string) => Promise<string>
  readonly clock: Clock
  readonly log: Log
}): Strangers {
  const { policy, discovery, adopt, clock, log } = parts
  const away = turnAway(log)
  const adoptions = createRateLimiter(ADOPTIONS)
  // Each makes a fleet of the one before: hundreds at the same time would be in each other's way until they give up.
  const turns = createTurns()
  return {
    answer: async (facts, query, client) => {
      const wanted = policy()
      if (wanted.policy === 'local') {
        const platform = query['platform'] === 'efi' ? 'uefi' : 'bios'
        return {
          action: 'local',
          script: renderLocalBootScript({ platform, reason: 'it is not known here' }),
        }
      }
      if (wanted.policy === 'profile') {
        const answer = await adoptInTurn(facts, wanted.profile, client)
        if (answer) return answer
      }
      if (wanted.policy !== 'ignore') discovery.note(facts, client.address, alsoTold(query))
      return await away.answer(facts, query, client)
    },
  }

  async function adoptInTurn(
    facts: MachineFacts,
    profile: string,
    { address }: BootClient,
  ): Promise<ScriptAnswer | undefined> {
    if (!adoptions.take(profile, clock.now())) {
      log.warn({ address }, 'too many machines want to be adopted at once')
      return askAgain('this machine', TOO_MANY_RETRY_SECONDS)
    }
    try {
      return askAgain(await turns.take(profile, () => adopt(facts, profile)), ADOPTED_RETRY_SECONDS)
    } catch (error) {
      log.warn({ err: error, address }, 'a machine could not be adopted')
      return undefined
    }
  }
}

function askAgain(host: string, retryAfterSeconds: number): ScriptAnswer {
  return { action: 'wait', script: renderWaitScript({ host, retryAfterSeconds }), retryAfterSeconds }
}

function alsoTold(query: ScriptQuery): Readonly<Record<string, string>> {
  return Object.fromEntries(ALSO_TOLD.flatMap((name) => (query[name] ? [[name, query[name]]] : [])))
}
