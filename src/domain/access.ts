import { Failure } from './failure.ts'
import { encodeBase32 } from './opaque-id.ts'

/** From least to most; whoever has a role may do what those before it may. */
export const ROLES = ['viewer', 'operator', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** What there is to be allowed, and the least role that is. */
const NEEDED = {
  /** See hosts, events, installers, plans and metrics; secrets are masked. */
  look: 'viewer',
  /** Apply, adopt, arm, power, reinstall, delete: everything that changes a host. */
  'change-hosts': 'operator',
  'change-installers': 'admin',
  'show-secrets': 'admin',
  'read-audit': 'admin',
  /** Create and revoke tokens. */
  'change-access': 'admin',
} as const satisfies Record<string, Role>
export type Action = keyof typeof NEEDED

/** True when the role is enough for the action. */
export function mayDo(role: Role, action: Action): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(NEEDED[action])
}

/** The secret a program or person shows. Never stored, never logged. */
export type AccessTokenText = string & { readonly __type: 'AccessTokenText' }

/** Random bytes of an access token: 160 bits, unguessable, so a plain fast hash of it is safe to store. */
export const ACCESS_TOKEN_BYTES = 20

/** `ebt_` says to people and to scanners for leaked secrets what it is. */
const PREFIX = 'ebt_'

/** The token made of `ACCESS_TOKEN_BYTES` random bytes. */
export function accessTokenFromRandomBytes(bytes: Uint8Array): AccessTokenText {
  return `${PREFIX}${encodeBase32(bytes)}` as AccessTokenText
}

export function parseAccessToken(text: string): AccessTokenText | undefined {
  return /^ebt_[a-z2-7]{32}$/.test(text) ? (text as AccessTokenText) : undefined
}

/** What is known of a token besides its secret. Times are epoch milliseconds. */
export interface AccessToken {
  readonly id: number
  readonly name: string
  readonly role: Role
  readonly createdAt: number
  readonly expiresAt?: number
  readonly revokedAt?: number
  /** Coarse: to the minute. */
  readonly lastUsedAt?: number
}

/** A token before the store gave it an id; `hash` is the hex SHA-256 of its text. */
export type NewAccessToken = Pick<AccessToken, 'name' | 'role' | 'createdAt' | 'expiresAt'> & {
  readonly hash: string
}

/** Where a token stands at a time; only an active one opens anything. */
export function statusOfToken(
  token: Pick<AccessToken, 'expiresAt' | 'revokedAt'>,
  now: number,
): 'active' | 'revoked' | 'expired' {
  if (token.revokedAt !== undefined) return 'revoked'
  return token.expiresAt !== undefined && token.expiresAt <= now ? 'expired' : 'active'
}

/** Refuses what cannot be a token's name. Failure `usage.invalid`. */
export function requireTokenName(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._@-]{0,62}$/.test(text)) return text
  throw new Failure(
    'usage.invalid',
    `${JSON.stringify(text.slice(0, 80))} cannot be a token's name; use letters, digits and . _ @ -, at most 63`,
  )
}

/** The failure that adapters of the access store give for a name that is in use. */
export function tokenNameTaken(name: string): Failure {
  return new Failure(
    'token.name-taken',
    `there is a token ${name} already; choose another name, or revoke it first with edgeboot token revoke ${name}`,
    { name },
  )
}

/** True for equal texts of one length, in a time that does not depend on where they differ. */
export function isSameSecret(a: string, b: string): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let index = 0; index < a.length; index += 1) difference |= a.charCodeAt(index) ^ b.charCodeAt(index)
  return difference === 0
}
