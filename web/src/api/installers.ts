import { queryOptions } from '@tanstack/react-query'
import type {
  AddInstallerRequest,
  InstallerContents,
  InstallerView,
  IsoList,
} from '../../../src/contract/installers.ts'
import { getJson, send } from './client.ts'

export const installersQuery = queryOptions({
  queryKey: ['installers'],
  queryFn: ({ signal }) => getJson<{ readonly items: readonly InstallerView[] }>('/installers', signal),
})

/** What is inside a registered ISO. */
export function contentsQuery(name: string) {
  return queryOptions({
    queryKey: [...installersQuery.queryKey, name],
    queryFn: ({ signal }) => getJson<InstallerContents>(`/installers/${encodeURIComponent(name)}`, signal),
    retry: false,
  })
}

/** ISO files to choose from. For admins. */
export const isosQuery = queryOptions({
  queryKey: ['isos'],
  queryFn: ({ signal }) => getJson<IsoList>('/isos', signal),
})

/** What is inside an ISO that is not registered. */
export async function inspectIso(isoPath: string): Promise<InstallerContents> {
  return await send<InstallerContents>('POST', '/installers/inspect', { isoPath })
}

export async function addInstaller(wanted: AddInstallerRequest): Promise<InstallerView> {
  return await send<InstallerView>('POST', '/installers', wanted)
}
