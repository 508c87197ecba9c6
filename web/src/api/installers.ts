import { queryOptions } from '@tanstack/react-query'
import type { z } from 'zod'
import type {
  AddInstallerRequest,
  InstallerContents,
  InstallerList,
  InstallerView,
  IsoList,
} from '../../../src/contract/installers.ts'
import { getJson, send } from './client.ts'

/** Of all installers, with everything that depends on them. */
export const INSTALLERS_KEY = ['installers'] as const

export const installersQuery = queryOptions({
  queryKey: [...INSTALLERS_KEY, 'list'],
  queryFn: ({ signal }) => getJson<z.infer<typeof InstallerList>>('/installers', signal),
})

/** What is inside a registered one. */
export function installerQuery(name: string) {
  return queryOptions({
    queryKey: [...INSTALLERS_KEY, 'contents', name],
    queryFn: ({ signal }) => getJson<InstallerContents>(`/installers/${encodeURIComponent(name)}`, signal),
  })
}

/** ISO files of the server's machine. For admins. */
export const isosQuery = queryOptions({
  queryKey: [...INSTALLERS_KEY, 'isos'],
  queryFn: ({ signal }) => getJson<IsoList>('/isos', signal),
})

/** What is inside an ISO that is not registered. For admins. */
export async function inspectIso(isoPath: string): Promise<InstallerContents> {
  return await send<InstallerContents>('POST', '/installers/inspect', { isoPath })
}

export async function addInstaller(request: AddInstallerRequest): Promise<InstallerView> {
  return await send<InstallerView>('POST', '/installers', request)
}
