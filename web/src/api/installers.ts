import { queryOptions } from '@tanstack/react-query'
import type {
  AddInstallerRequest,
  InstallerContents,
  InstallerView,
  IsoFile,
  IsoList,
} from '../../../src/contract/installers.ts'
import { getJson, send } from './client.ts'
import { type SendFileOptions, sendFile } from './send-file.ts'

export const installersQuery = queryOptions({
  queryKey: ['installers'],
  queryFn: ({ signal }) => getJson<{ readonly items: readonly InstallerView[] }>('/installers', signal),
})

const pathOf = (name: string): string => `/installers/${encodeURIComponent(name)}`

/** Digests are made in the background; until all are there they are asked for again. Milliseconds. */
const DIGESTS_MS = 5000

/** What is inside a registered ISO. */
export function contentsQuery(name: string) {
  return queryOptions({
    queryKey: [...installersQuery.queryKey, name],
    queryFn: ({ signal }) => getJson<InstallerContents>(pathOf(name), signal),
    retry: false,
    refetchInterval: ({ state }) =>
      state.data?.artifacts.some(({ sha256 }) => sha256 === undefined) ? DIGESTS_MS : false,
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

export async function removeInstaller(name: string): Promise<void> {
  await send('DELETE', pathOf(name))
}

/** Sends an ISO to the server's machine, where it gets that name. */
export async function uploadIso(file: File, fileName: string, options: SendFileOptions): Promise<IsoFile> {
  return await sendFile<IsoFile>(`/isos/${encodeURIComponent(fileName)}`, file, options)
}
