import { queryOptions } from '@tanstack/react-query'
import type { Throughput } from '../../../src/contract/throughput.ts'
import { getJson } from './client.ts'

/** What was sent over the last hour, and what holds it up. */
export const throughputQuery = queryOptions({
  queryKey: ['throughput'],
  queryFn: ({ signal }) => getJson<Throughput>('/throughput', signal),
  refetchInterval: 5000,
})
