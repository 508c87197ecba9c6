import { describe, expect, test } from 'vitest'
import type { TokenView } from '../../../../src/contract/access.ts'
import { inOrder, statusOf } from './token-status.ts'

function aToken(given: Partial<TokenView> = {}): TokenView {
  return { id: 1, name: 'ci', role: 'viewer', createdAt: 1000, ...given }
}

describe('the status of a token', () => {
  test('is revoked, whatever its end, expired at its end, and in force before', () => {
    expect(statusOf(aToken({ revokedAt: 5, expiresAt: 9000 }), 2000)).toBe('revoked')
    expect(statusOf(aToken({ expiresAt: 2000 }), 2000)).toBe('expired')
    expect(statusOf(aToken({ expiresAt: 2001 }), 2000)).toBe('in force')
    expect(statusOf(aToken(), 2000)).toBe('in force')
  })

  test('orders the list: what opens something first, then the newest', () => {
    const tokens = [
      aToken({ id: 1, revokedAt: 5 }),
      aToken({ id: 2, createdAt: 1 }),
      aToken({ id: 3, expiresAt: 3 }),
      aToken({ id: 4, createdAt: 2 }),
      aToken({ id: 5, createdAt: 2 }),
    ]

    expect(inOrder(tokens, 2000).map(({ id }) => id)).toEqual([5, 4, 2, 3, 1])
  })
})
