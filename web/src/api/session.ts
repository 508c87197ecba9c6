import { queryOptions, useQuery } from '@tanstack/react-query'
import type { Session } from '../../../src/contract/access.ts'
import { getJson, rememberCsrfToken, send } from './client.ts'

export type Role = Session['role']

const RANK: Readonly<Record<Role, number>> = { viewer: 0, operator: 1, admin: 2 }

/** Who is looking. Its CSRF token is used for every change. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }) => {
    const session = await getJson<Session>('/session', signal)
    rememberCsrfToken(session.csrfToken)
    return session
  },
  staleTime: 60_000,
})

/** Whether who is looking may do what `least` may. */
export function useMay(least: Role): boolean {
  const { data } = useQuery(sessionQuery)
  return data !== undefined && RANK[data.role] >= RANK[least]
}

export async function logOut(): Promise<void> {
  await send('DELETE', '/session')
  goToLogin()
}

/** The page that takes a token. */
export function goToLogin(): void {
  window.location.assign('/login')
}
