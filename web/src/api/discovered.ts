import { queryOptions } from '@tanstack/react-query'
import type { DiscoveredPage } from '../../../src/contract/discovered.ts'
import type { FleetView } from '../../../src/contract/fleet.ts'
import type { HostDetail } from '../../../src/contract/hosts.ts'
import type { NetbootNewsList } from '../../../src/contract/netboot.ts'
import { getJson, queryOf, send } from './client.ts'

export type DiscoveredMachine = DiscoveredPage['items'][number]

/** Unknown machines come without an event, so the list is asked for. Milliseconds. */
const EVERY_MS = 5000

/** More unknown machines than that are a fault of the network, not something to go through by hand. */
const LIMIT = 500

export const discoveredQuery = queryOptions({
  queryKey: ['discovered'],
  queryFn: ({ signal }) => getJson<DiscoveredPage>(`/discovered${queryOf({ limit: LIMIT })}`, signal),
  refetchInterval: EVERY_MS,
})

/** What firmware asked for lately, and what became of it. */
export const netbootNewsQuery = queryOptions({
  queryKey: ['netboot-news'],
  queryFn: ({ signal }) => getJson<NetbootNewsList>('/netboot/news', signal),
  refetchInterval: EVERY_MS,
})

export const fleetQuery = queryOptions({
  queryKey: ['fleet'],
  queryFn: ({ signal }) => getJson<FleetView>('/fleet', signal),
})

/** Makes a host of it. */
export async function adopt(id: string, name: string, profile: string): Promise<HostDetail> {
  return await send('POST', `/discovered/${encodeURIComponent(id)}/adopt`, { name, profile })
}

export async function forget(id: string): Promise<void> {
  await send('DELETE', `/discovered/${encodeURIComponent(id)}`)
}
