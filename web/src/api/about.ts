import { queryOptions } from '@tanstack/react-query'
import type { About } from '../../../src/contract/about.ts'
import { getJson } from './client.ts'

/** What the server is, which machines it can make, and how hosts reach it. */
export const aboutQuery = queryOptions({
  queryKey: ['about'],
  queryFn: ({ signal }) => getJson<About>('/about', signal),
  staleTime: 60_000,
})
