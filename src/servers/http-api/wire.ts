import type { Event } from '../../contract/events.ts'
import type { HostDetail as WireDetail } from '../../contract/hosts.ts'
import type { RecordedEvent } from '../../domain/event.ts'
import type { HostDetail } from '../../ports/control/host-desk.ts'

/** An event as the contract has it, where types are open. */
export function wireEvent(event: RecordedEvent): Event & { readonly id: number } {
  return { ...event, data: { ...event.data } }
}

/** The same for a host with its events. */
export function wireDetail(detail: HostDetail): WireDetail {
  return { ...detail, events: detail.events.map(wireEvent) }
}
