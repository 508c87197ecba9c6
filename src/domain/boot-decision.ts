import type { Life } from './life.ts'
import type { BootId } from './opaque-id.ts'
import { isBefore } from './phase.ts'

/**
 * What has to be true, besides the life of a host, before it may be handed the installer. `identity`: `created` is a
 * machine of ours, known by the MAC address and the random UUID we gave it; `claimed` says of itself that it is the
 * host, which anybody on its network can.
 */
export interface InstallPolicy {
  readonly identity: 'created' | 'claimed'
  readonly approve: 'auto' | 'manual'
}

export interface BootDecision {
  readonly action: 'install' | 'local' | 'wait' | 'refused'
  /** For people: on the console, in events. */
  readonly reason?: string
}

/**
 * What a host that asks for a script is told. The one place where it is decided that a host may be handed the
 * installer, by whatever way it asks; when in doubt it is not. `now` in epoch milliseconds, `address` is where the
 * question came from.
 */
export function decideBoot(
  life: Life,
  { identity, approve }: InstallPolicy,
  { now, address }: { readonly now: number; readonly address: string },
): BootDecision {
  if (life.phase === 'failed') {
    return life.failure && isBefore(life.failure.phase, 'config')
      ? { action: 'wait', reason: 'it failed; a person has to ask for another try' }
      : { action: 'local' }
  }
  if (!isBefore(life.phase, 'config')) return { action: 'local' }
  if (approve === 'manual' && !life.approved) {
    return { action: 'wait', reason: 'it waits for approval: edgeboot host approve NAME' }
  }
  return identity === 'created' ? { action: 'install' } : decideForClaim(life, now, address)
}

function decideForClaim(life: Life, now: number, address: string): BootDecision {
  if (!(life.armedUntil !== undefined && now < life.armedUntil)) {
    return { action: 'local', reason: 'it is not armed: edgeboot host arm NAME --for 30m' }
  }
  if (life.bootId !== undefined && !life.bootAddresses.includes(address)) {
    return {
      action: 'refused',
      reason: 'another machine with the same identity was first; arm the host again',
    }
  }
  return { action: 'install' }
}

export type ConfigDecision =
  | { readonly kind: 'document' }
  /** Installed hosts keep asking at every boot: they get a document that says nothing. */
  | { readonly kind: 'inert' }
  | { readonly kind: 'refused'; readonly reason: 'other-address'; readonly detail: string }

/**
 * What a request for the configuration of one boot gets. The document goes only to the boot the host has now, while
 * it needs it, and only to addresses that fetched the script of that boot or, before it, the root file system.
 */
export function decideConfig(life: Life, bootId: BootId, address: string): ConfigDecision {
  const phase = life.phase === 'failed' ? (life.failure?.phase ?? 'ready') : life.phase
  if (life.bootId !== bootId || !isBefore(phase, 'installed')) return { kind: 'inert' }
  if (!life.bootAddresses.includes(address)) {
    const detail = `asked for from ${address}, but this boot belongs to ${life.bootAddresses.join(', ')}`
    return { kind: 'refused', reason: 'other-address', detail }
  }
  return { kind: 'document' }
}
