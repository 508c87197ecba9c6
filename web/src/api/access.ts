import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { AuditPage, CreatedToken, CreateTokenRequest, TokenView } from '../../../src/contract/access.ts'
import { getJson, queryOf, send } from './client.ts'

export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: ({ signal }) => getJson<{ readonly items: readonly TokenView[] }>('/tokens', signal),
})

export interface AuditFilter {
  readonly who?: string
  readonly action?: string
  readonly outcome?: 'done' | 'refused'
}

/** Entries of one request. */
const PAGE = 50

/** Who did what, newest first, a page after the other. */
export function auditQuery(filter: AuditFilter) {
  return infiniteQueryOptions({
    queryKey: ['audit', filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      getJson<AuditPage>(`/audit${queryOf({ ...filter, limit: PAGE, after: pageParam })}`, signal),
    getNextPageParam: ({ next }) => next,
  })
}

/** The answer is the only place where the secret is ever shown. */
export async function createToken(wanted: CreateTokenRequest): Promise<CreatedToken> {
  return await send<CreatedToken>('POST', '/tokens', wanted)
}

export async function revokeToken(name: string): Promise<void> {
  await send('DELETE', `/tokens/${encodeURIComponent(name)}`)
}
