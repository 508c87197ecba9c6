import { describe, expect, test } from 'vitest'
import type { NewAccessToken } from '../../src/domain/access.ts'
import type { AccessStore } from '../../src/ports/access-store.ts'

function aToken(given: Partial<NewAccessToken> = {}): NewAccessToken {
  const name = given.name ?? 'ci'
  return { name, role: 'operator', hash: `hash of ${name}`, createdAt: 1000, ...given }
}

/** What every access store must do. */
export function describeAccessStore(name: string, open: () => Promise<AccessStore & AsyncDisposable>): void {
  describe(`${name} is an access store`, () => {
    test('a token is found by its hash and listed without it', async () => {
      await using store = await open()

      const added = await store.addToken(aToken({ expiresAt: 1_800_000_000_000 }))

      expect(added).toEqual({
        id: added.id,
        name: 'ci',
        role: 'operator',
        createdAt: 1000,
        expiresAt: 1_800_000_000_000,
      })
      expect(await store.findToken('hash of ci')).toEqual({ ...added, hash: 'hash of ci' })
      expect(await store.findToken('hash of nothing')).toBeUndefined()
      expect(await store.tokens()).toEqual([added])
    })

    test('two tokens in force cannot have one name', async () => {
      await using store = await open()
      await store.addToken(aToken())

      await expect(store.addToken(aToken({ hash: 'other' }))).rejects.toMatchObject({
        code: 'token.name-taken',
      })
      expect((await store.tokens()).length).toBe(1)
    })

    test('of two that want one name at the same time one gets it', async () => {
      await using store = await open()

      const outcomes = await Promise.allSettled([
        store.addToken(aToken({ hash: 'a' })),
        store.addToken(aToken({ hash: 'b' })),
      ])

      expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    })

    test('a revoked token stays known, frees its name and is revoked once', async () => {
      await using store = await open()
      const first = await store.addToken(aToken())

      const revoked = await store.revokeToken('ci', 2000)
      const again = await store.revokeToken('ci', 3000)
      const second = await store.addToken(aToken({ hash: 'new' }))

      expect(revoked).toEqual({ ...first, revokedAt: 2000 })
      expect(again).toBeUndefined()
      expect(await store.tokens()).toEqual([{ ...first, revokedAt: 2000 }, second])
      expect((await store.findToken('hash of ci'))?.revokedAt).toBe(2000)
    })

    test('the last use only moves on', async () => {
      await using store = await open()
      const { id } = await store.addToken(aToken())

      await store.noteTokenUse(id, 5000)
      await store.noteTokenUse(id, 4000)
      await store.noteTokenUse(id + 100, 6000)

      expect((await store.tokens())[0]?.lastUsedAt).toBe(5000)
    })
  })
}
