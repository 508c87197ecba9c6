import { describe, expect, test } from 'vitest'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { createFixedRandom } from '../../test/support/fixed-random.ts'
import { createSilentLog } from '../../test/support/silent-log.ts'
import { createCryptoHasher } from '../adapters/hasher-crypto/crypto-hasher.ts'
import { createMemoryStore } from '../adapters/store-memory/memory-store.ts'
import { Failure } from '../domain/failure.ts'
import type { AccessStore } from '../ports/access-store.ts'
import { createAccess } from './access.ts'

const HOUR_MS = 3_600_000

function setUp(change: (store: AccessStore) => Partial<AccessStore> = () => ({})) {
  const memory = createMemoryStore()
  const clock = createFakeClock()
  const access = createAccess({
    store: { ...memory, ...change(memory) },
    audit: memory,
    hasher: createCryptoHasher(),
    random: createFixedRandom(),
    clock,
    log: createSilentLog(),
  })
  return { access, clock, store: memory }
}

describe('access', () => {
  test('a token opens the door and is kept as a hash only', async () => {
    const { access, store } = setUp()

    const { token, text } = await access.createToken({ name: 'ci', role: 'operator' }, 'cli:ann')

    expect(text).toMatch(/^ebt_[a-z2-7]{32}$/)
    expect(await access.authenticate(text)).toMatchObject({ outcome: 'granted', token })
    const kept = JSON.stringify([
      await store.tokens(),
      await store.findToken(createCryptoHasher().sha256(text)),
      await store.auditEntries({ limit: 10 }),
    ])
    expect(kept).not.toContain(text.slice(4))
  })

  test('what is no token, nobody’s, revoked or out of date is refused, each with its reason for us', async () => {
    const { access, clock } = setUp()
    const revoked = await access.createToken({ name: 'gone', role: 'admin' }, 'cli:ann')
    await access.revokeToken('gone', 'cli:ann')
    const expiresAt = clock.now() + HOUR_MS
    const expired = await access.createToken({ name: 'old', role: 'admin', expiresAt }, 'cli:ann')
    clock.advance(HOUR_MS)

    const reasons = await Promise.all(
      ['hello', `ebt_${'a'.repeat(32)}`, revoked.text, expired.text].map(async (text) => {
        const answer = await access.authenticate(text)
        return answer.outcome === 'refused' ? answer.reason : answer.outcome
      }),
    )

    expect(reasons).toEqual(['malformed', 'unknown', 'revoked', 'expired'])
  })

  test('the last use is written at most once a minute', async () => {
    let writes = 0
    const { access, clock, store } = setUp((memory) => ({
      noteTokenUse: async (id, at) => {
        writes += 1
        await memory.noteTokenUse(id, at)
      },
    }))
    const { text } = await access.createToken({ name: 'ci', role: 'viewer' }, 'cli:ann')

    for (let second = 0; second < 120; second += 1) {
      await access.authenticate(text)
      clock.advance(1000)
    }

    expect(writes).toBe(2)
    expect((await store.tokens())[0]?.lastUsedAt).toBe(clock.now() - 60_000)
  })

  test('a use that cannot be noted keeps nobody out; a store that cannot be read lets nobody in', async () => {
    const broken = async () => {
      throw new Failure('store.failed', 'the disk is full')
    }
    const noting = setUp(() => ({ noteTokenUse: broken }))
    const reading = setUp(() => ({ findToken: broken }))
    const { text } = await noting.access.createToken({ name: 'ci', role: 'viewer' }, 'cli:ann')

    expect((await noting.access.authenticate(text)).outcome).toBe('granted')
    await expect(reading.access.authenticate(text)).rejects.toMatchObject({ code: 'store.failed' })
  })

  test('changes are in the audit trail', async () => {
    const { access, store } = setUp()

    await access.createToken({ name: 'ci', role: 'operator' }, 'cli:ann')
    await access.revokeToken('ci', 'token:boss')

    const entries = await store.auditEntries({ limit: 10 })
    expect(entries.map(({ who, action, object }) => [who, action, object])).toEqual([
      ['token:boss', 'token.revoke', 'ci'],
      ['cli:ann', 'token.create', 'ci'],
    ])
  })

  test('the first token is made once', async () => {
    const { access } = setUp()

    const first = await access.createFirstToken('serve')
    await access.revokeToken('admin', 'cli:ann')

    expect(first?.token.role).toBe('admin')
    expect(await access.createFirstToken('serve')).toBeUndefined()
  })

  test('a token that would never work, or none there is to revoke, is refused', async () => {
    const { access, clock } = setUp()

    await expect(
      access.createToken({ name: 'ci', role: 'viewer', expiresAt: clock.now() }, 'cli:ann'),
    ).rejects.toMatchObject({ code: 'usage.invalid' })
    await expect(access.createToken({ name: 'a b', role: 'viewer' }, 'cli:ann')).rejects.toMatchObject({
      code: 'usage.invalid',
    })
    await expect(access.revokeToken('ci', 'cli:ann')).rejects.toMatchObject({ code: 'token.not-found' })
  })
})
