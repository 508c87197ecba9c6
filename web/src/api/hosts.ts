import { queryOptions } from '@tanstack/react-query'
import type { BootRecords } from '../../../src/contract/boots.ts'
import type { HostDetail, PowerOutcome } from '../../../src/contract/hosts.ts'
import { getBlob, getJson, getText, getTextAnd, queryOf, send } from './client.ts'

/** Of one host, with everything that depends on it. */
export const hostKey = (name: string) => ['host', name] as const

const pathOf = (name: string): string => `/hosts/${encodeURIComponent(name)}`

/** What is live comes by events; this is how often the rest is looked at anew. Milliseconds. */
const EVERY_MS = 15_000
/** A console or log that is looked at is asked for so often. Milliseconds. */
const LOOK_MS = 5000
/** `as-served`, or `now` where it was made again from what stands now. */
const RENDERED_HEADER = 'x-edgeboot-rendered'

export function hostQuery(name: string) {
  return queryOptions({
    queryKey: [...hostKey(name), 'detail'],
    queryFn: ({ signal }) => getJson<HostDetail>(pathOf(name), signal),
    refetchInterval: EVERY_MS,
  })
}

export function bootsQuery(name: string) {
  return queryOptions({
    queryKey: [...hostKey(name), 'boots'],
    queryFn: ({ signal }) => getJson<BootRecords>(`${pathOf(name)}/boots`, signal),
    refetchInterval: EVERY_MS,
  })
}

export type LogSource = 'serial' | 'network' | 'all'

/** The end of its log. */
export function logQuery(
  name: string,
  source: LogSource | undefined,
  tailBytes: number,
  isFollowed: boolean,
) {
  return queryOptions({
    queryKey: [...hostKey(name), 'log', source, tailBytes],
    queryFn: ({ signal }) => getText(`${pathOf(name)}/log${queryOf({ source, tailBytes })}`, signal),
    refetchInterval: isFollowed ? LOOK_MS : false,
  })
}

/** A picture of its console. */
export function screenshotQuery(name: string, isFollowed: boolean) {
  return queryOptions({
    queryKey: [...hostKey(name), 'screenshot'],
    queryFn: ({ signal }) => getBlob(`${pathOf(name)}/screenshot`, signal),
    refetchInterval: isFollowed ? LOOK_MS : false,
    retry: false,
    // Its picture is made anew for whoever looks.
    gcTime: 0,
  })
}

/** What it was handed, secrets masked. */
export function servedTextQuery(name: string, what: 'script' | 'user-data') {
  return queryOptions({
    queryKey: [...hostKey(name), what],
    queryFn: async ({ signal }) => {
      const { text, header } = await getTextAnd(RENDERED_HEADER, `${pathOf(name)}/${what}`, signal)
      return { text, isAsServed: header === 'as-served' }
    },
    retry: false,
  })
}

/** What can be done to a host without saying more. */
export type PlainAction = 'reinstall' | 'retry' | 'approve'

export async function act(name: string, action: PlainAction): Promise<void> {
  await send('POST', `${pathOf(name)}/${action}`)
}

export async function power(name: string, action: 'on' | 'off' | 'reset'): Promise<PowerOutcome> {
  return await send<PowerOutcome>('POST', `${pathOf(name)}/power`, { action })
}

/** Opens the window in which it may fetch the installer. Milliseconds. */
export async function arm(name: string, forMs: number): Promise<void> {
  await send('POST', `${pathOf(name)}/arm`, { forMs })
}

export async function deleteHost(name: string): Promise<void> {
  await send('DELETE', pathOf(name))
}
