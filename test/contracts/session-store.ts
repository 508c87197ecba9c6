import { describe, expect, test } from 'vitest'
import type { SessionStore } from '../../src/ports/session-store.ts'

/** What every session store must do. */
export function describeSessionStore(
  name: string,
  open: () => Promise<SessionStore & AsyncDisposable>,
): void {
  describe(`${name} is a session store`, () => {
    test('a session is found by the hash of its cookie until it is removed', async () => {
      await using store = await open()
      const session = { tokenHash: 't'.repeat(64), expiresAt: 1_800_000_000_000 }

      await store.addSession('a', session)
      await store.addSession('b', { ...session, expiresAt: 5 })

      expect(await store.session('a')).toEqual(session)
      await store.removeSession('a')
      await store.removeSession('a')
      expect([await store.session('a'), await store.session('b')]).toMatchObject([
        undefined,
        { expiresAt: 5 },
      ])
    })

    test('those that expired go, and of too many those that end first', async () => {
      await using store = await open()
      for (const [key, expiresAt] of Object.entries({ old: 10, now: 20, soon: 21, later: 30, last: 40 })) {
        await store.addSession(key, { tokenHash: key, expiresAt })
      }

      await store.pruneSessions(20, 2)

      const left = await Promise.all(['old', 'now', 'soon', 'later', 'last'].map((key) => store.session(key)))
      expect(left.map((session) => session?.tokenHash)).toEqual([
        undefined,
        undefined,
        undefined,
        'later',
        'last',
      ])
      await store.pruneSessions(0, 0)
      expect(await store.session('last')).toBeUndefined()
    })
  })
}
