import type { ApiRole } from '../authenticator.ts'

/** A token without its secret. Times are epoch milliseconds. */
export interface TokenView {
  readonly id: number
  readonly name: string
  readonly role: ApiRole
  readonly createdAt: number
  readonly expiresAt?: number | undefined
  readonly revokedAt?: number | undefined
  readonly lastUsedAt?: number | undefined
}

/** Failure `token.not-found`, `token.name-taken`. */
export interface TokenDesk {
  /** Revoked ones included. */
  tokens(): Promise<readonly TokenView[]>
  /** `token` is the secret; it is never shown again. */
  createToken(
    given: { readonly name: string; readonly role: ApiRole; readonly expiresInMs?: number | undefined },
    actor: string,
  ): Promise<TokenView & { readonly token: string }>
  revokeToken(name: string, actor: string): Promise<void>
}
