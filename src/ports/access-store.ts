import type { AccessToken, NewAccessToken } from '../domain/access.ts'

/** Access tokens, kept by their hashes only. Failure `store.failed` when it cannot. */
export interface AccessStore {
  /** Failure `token.name-taken` when a token of that name is not revoked. */
  addToken(token: NewAccessToken): Promise<AccessToken>
  /** All tokens, revoked ones included, in order of creation. */
  tokens(): Promise<readonly AccessToken[]>
  /** The token of that hash, revoked and expired ones included. */
  findToken(hash: string): Promise<(AccessToken & { readonly hash: string }) | undefined>
  /** Revokes the token of that name as of `at` (epoch milliseconds), or returns nothing when there is none left. */
  revokeToken(name: string, at: number): Promise<AccessToken | undefined>
  /** Keeps when the token was used, epoch milliseconds; never moves backwards. */
  noteTokenUse(id: number, at: number): Promise<void>
}
