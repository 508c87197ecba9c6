import type { BootDecision } from '../boot-decision.ts'
import type { UnknownHostPolicy } from '../desired-fleet.ts'

/** How installed hosts are treated that ask the network for a boot file. */
export const INSTALLED_POLICIES = ['ignore', 'local'] as const
export type InstalledPolicy = (typeof INSTALLED_POLICIES)[number]

/** Who asks: a host, with what it would be told now, or nobody we know. */
export type NetbootStanding =
  | { readonly kind: 'host'; readonly host: string; readonly decision: BootDecision }
  | { readonly kind: 'unknown'; readonly policy: UnknownHostPolicy['policy'] }

/** `offer`: it is led to iPXE and its script, which decides for good. */
export interface NetbootDecision {
  readonly action: 'offer' | 'ignore'
  /** For people. */
  readonly reason: string
}

/**
 * Whether a client that asks for a boot file is answered at all. Silence makes firmware go on with its next boot entry, the
 * disk of an installed host. What a host may do is `decideBoot`'s to say; who is led to its script here is asked
 * again there, with the address it comes from.
 */
export function decideNetboot(standing: NetbootStanding, installed: InstalledPolicy): NetbootDecision {
  if (standing.kind === 'unknown') {
    switch (standing.policy) {
      case 'ignore':
        return ignore('no host of the fleet, and unknown hosts are ignored')
      case 'local':
        return ignore('no host of the fleet, and unknown hosts boot from their disks')
      case 'discover':
        return offer('no host of the fleet; it is listed as discovered')
      case 'profile':
        return offer('no host of the fleet yet; unknown hosts become one')
    }
  }
  const { host, decision } = standing
  const why = decision.reason ? `: ${decision.reason.replace('NAME', host)}` : ''
  switch (decision.action) {
    case 'install':
      return offer('it may install')
    case 'wait':
      return offer(`it has to wait${why}`)
    case 'refused':
      // Which machine it is shows only when it asks for its script.
      return offer(`another machine may have been first${why}`)
    case 'local':
      return installed === 'local'
        ? offer(`it boots from its disk${why}`)
        : ignore(`it boots from its disk${why}`)
  }
}

function offer(reason: string): NetbootDecision {
  return { action: 'offer', reason }
}

function ignore(reason: string): NetbootDecision {
  return { action: 'ignore', reason }
}
