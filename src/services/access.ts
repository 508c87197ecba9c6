import {
  ACCESS_TOKEN_BYTES,
  type AccessToken,
  type AccessTokenText,
  accessTokenFromRandomBytes,
  isSameSecret,
  parseAccessToken,
  type Role,
  requireTokenName,
  statusOfToken,
} from '../domain/access.ts'
import { Failure } from '../domain/failure.ts'
import type { AccessStore } from '../ports/access-store.ts'
import type { AuditTrail } from '../ports/audit-trail.ts'
import type { Clock } from '../ports/clock.ts'
import type { Hasher } from '../ports/hasher.ts'
import type { Log } from '../ports/log.ts'
import type { Random } from '../ports/random.ts'

/** Whether a text opens the door. The reason is for our log and audit; outside every refusal looks the same. */
export type Authentication =
  | { readonly outcome: 'granted'; readonly token: AccessToken; readonly hash: string }
  | {
      readonly outcome: 'refused'
      readonly reason: 'malformed' | 'unknown' | 'revoked' | 'expired'
      /** The name of a token that was good once. */
      readonly name?: string
    }

/** Who may get in. Changes are written into the audit trail as done by `who`. */
export interface Access {
  /**
   * The text is here and nowhere else: only its hash is kept. Failure `usage.invalid` for a name that cannot be one
   * or an end in the past, `token.name-taken`.
   */
  createToken(
    input: { readonly name: string; readonly role: Role; readonly expiresAt?: number },
    who: string,
  ): Promise<{ readonly token: AccessToken; readonly text: AccessTokenText }>
  /** An admin token named `admin` when there has never been any token; otherwise nothing. */
  createFirstToken(
    who: string,
  ): Promise<{ readonly token: AccessToken; readonly text: AccessTokenText } | undefined>
  /** Failure `store.failed` when it cannot be told: nobody gets in then. */
  authenticate(text: string): Promise<Authentication>
  /** The same for the token of this hash, which somebody has shown the text of before. */
  recognise(hash: string): Promise<Authentication>
  /** Failure `token.not-found` when no token of that name is left to revoke. */
  revokeToken(name: string, who: string): Promise<AccessToken>
}

export interface AccessDependencies {
  readonly store: AccessStore
  readonly audit: AuditTrail
  readonly hasher: Hasher
  readonly random: Random
  readonly clock: Clock
  readonly log: Log
}

/** The last use is written at most this often for each token, in milliseconds. */
const USE_INTERVAL_MS = 60_000

export function createAccess({ store, audit, hasher, random, clock, log }: AccessDependencies): Access {
  const access: Access = {
    async createToken({ name, role, expiresAt }, who) {
      requireTokenName(name)
      const createdAt = clock.now()
      if (expiresAt !== undefined && !(expiresAt > createdAt && Number.isSafeInteger(expiresAt))) {
        throw new Failure('usage.invalid', `the token ${name} would have expired before it was made`)
      }
      const text = accessTokenFromRandomBytes(random.bytes(ACCESS_TOKEN_BYTES))
      const hash = hasher.sha256(text)
      const end = expiresAt === undefined ? {} : { expiresAt }
      const token = await store.addToken({ name, role, hash, createdAt, ...end })
      await record('token.create', token, who)
      return { token, text }
    },
    async createFirstToken(who) {
      if ((await store.tokens()).length > 0) return undefined
      return await access.createToken({ name: 'admin', role: 'admin' }, who)
    },
    async authenticate(text) {
      const wellFormed = parseAccessToken(text)
      if (!wellFormed) return { outcome: 'refused', reason: 'malformed' }
      // What is looked up and compared is a hash of the text. How far a lookup in an index got may show in its time,
      // but that tells of a prefix of a hash, and no text can be steered toward a wanted hash.
      return await access.recognise(hasher.sha256(wellFormed))
    },
    async recognise(hash) {
      const found = await store.findToken(hash)
      if (!found || !isSameSecret(found.hash, hash)) return { outcome: 'refused', reason: 'unknown' }
      const { hash: _, ...token } = found
      const now = clock.now()
      const status = statusOfToken(token, now)
      if (status !== 'active') return { outcome: 'refused', reason: status, name: token.name }
      await noteUse(token, now)
      return { outcome: 'granted', token, hash }
    },
    async revokeToken(name, who) {
      const token = await store.revokeToken(name, clock.now())
      if (!token) {
        throw new Failure(
          'token.not-found',
          `there is no token ${name.slice(0, 80)} to revoke; edgeboot token list shows all`,
        )
      }
      await record('token.revoke', token, who)
      return token
    },
  }
  return access

  async function record(action: string, { name, role, id, expiresAt }: AccessToken, who: string) {
    const detail = { id, role, ...(expiresAt === undefined ? {} : { expires: expiresAt }) }
    await audit.appendAudit({ time: clock.now(), who, action, object: name, outcome: 'done', detail })
  }

  async function noteUse({ id, name, lastUsedAt }: AccessToken, now: number): Promise<void> {
    if (lastUsedAt !== undefined && now - lastUsedAt < USE_INTERVAL_MS) return
    try {
      await store.noteTokenUse(id, now)
    } catch (error) {
      // When it was last used is worth less than getting in.
      log.warn({ err: error, name }, 'the use of an access token could not be noted')
    }
  }
}
