import { parseMacAddress } from '../domain/mac-address.ts'
import type { MachineFacts } from '../domain/matching.ts'
import { parseUuid } from '../domain/uuid.ts'
import type { BootPlans } from './boot-plan.ts'
import type { HostBook, HostState } from './host-book.ts'

/** The host a machine is, by whatever way it asks: one of ours by MAC and UUID together, else the one it claims to be. */
export function findHost(
  facts: MachineFacts,
  { book, plans }: { readonly book: HostBook; readonly plans: Pick<BootPlans, 'identify'> },
): HostState | undefined {
  const mac = parseMacAddress(facts.mac ?? '')
  const uuid = parseUuid(facts.uuid ?? '')
  const created = mac && uuid ? book.byMachine(mac, uuid) : undefined
  return created ?? book.state(plans.identify(facts) ?? '')
}
