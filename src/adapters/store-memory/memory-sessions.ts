import type { SessionStore, StoredSession } from '../../ports/session-store.ts'

export function createMemorySessions(): SessionStore {
  const sessions = new Map<string, StoredSession>()
  return {
    addSession: async (cookieHash, session) => void sessions.set(cookieHash, session),
    session: async (cookieHash) => sessions.get(cookieHash),
    removeSession: async (cookieHash) => void sessions.delete(cookieHash),
    pruneSessions: async (at, keep) => {
      const newest = [...sessions].toSorted(([, a], [, b]) => b.expiresAt - a.expiresAt)
      for (const [place, [cookieHash, { expiresAt }]] of newest.entries()) {
        if (expiresAt <= at || place >= keep) sessions.delete(cookieHash)
      }
    },
  }
}
