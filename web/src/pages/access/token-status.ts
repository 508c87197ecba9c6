import type { TokenView } from '../../../../src/contract/access.ts'

export type TokenStatus = 'in force' | 'expired' | 'revoked'

/** Whether the token opens anything, at that time (epoch milliseconds). */
export function statusOf({ revokedAt, expiresAt }: TokenView, now: number): TokenStatus {
  if (revokedAt !== undefined) return 'revoked'
  return expiresAt !== undefined && expiresAt <= now ? 'expired' : 'in force'
}

const RANK: Readonly<Record<TokenStatus, number>> = { 'in force': 0, expired: 1, revoked: 2 }

/** Those that open something first, the newest first among equals. */
export function inOrder(tokens: readonly TokenView[], now: number): readonly TokenView[] {
  return tokens.toSorted(
    (a, b) => RANK[statusOf(a, now)] - RANK[statusOf(b, now)] || b.createdAt - a.createdAt || b.id - a.id,
  )
}
