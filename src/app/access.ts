import { userInfo } from 'node:os'
import { createSystemClock } from '../adapters/clock-system/system-clock.ts'
import { createCryptoHasher } from '../adapters/hasher-crypto/crypto-hasher.ts'
import { createPinoLog } from '../adapters/log-pino/pino-log.ts'
import { createCryptoRandom } from '../adapters/random-crypto/crypto-random.ts'
import { type AccessToken, type Role, statusOfToken } from '../domain/access.ts'
import { type AuditFilter, MAX_AUDIT_PAGE, type RecordedAuditEntry } from '../domain/audit.ts'
import { type Access, createAccess } from '../services/access.ts'
import { type OpenStore, openStore } from './open-store.ts'

/** A token as it is shown: without its secret, with how it stands now. */
export type ShownToken = AccessToken & { readonly status: 'active' | 'revoked' | 'expired' }

/** Makes a token; `text` is shown here and never again. Failure `token.name-taken`, `usage.invalid`. */
export async function createToken(
  dataDirectory: string,
  input: { readonly name: string; readonly role: Role; readonly expiresInMs?: number },
): Promise<{ readonly token: ShownToken; readonly text: string }> {
  await using place = await open(dataDirectory, `token create ${input.name}`)
  const { name, role, expiresInMs } = input
  const end = expiresInMs === undefined ? {} : { expiresAt: createSystemClock().now() + expiresInMs }
  const { token, text } = await accessOf(place).createToken({ name, role, ...end }, whoIsHere())
  return { token: shown(token), text }
}

/** All tokens, revoked and expired ones included, in order of creation. */
export async function listTokens(dataDirectory: string): Promise<readonly ShownToken[]> {
  await using place = await open(dataDirectory, 'token list')
  return (await place.store.tokens()).map(shown)
}

/** Failure `token.not-found`. */
export async function revokeToken(dataDirectory: string, name: string): Promise<ShownToken> {
  await using place = await open(dataDirectory, `token revoke ${name}`)
  return shown(await accessOf(place).revokeToken(name, whoIsHere()))
}

/** The newest entries that fit, at most `limit` of any size, in the order they happened; `more` when there are others. */
export async function listAudit(
  dataDirectory: string,
  query: Omit<AuditFilter, 'since' | 'until' | 'beforeId'> & { readonly sinceMs?: number },
): Promise<{ readonly entries: readonly RecordedAuditEntry[]; readonly more: boolean }> {
  await using place = await open(dataDirectory, 'audit')
  const { sinceMs, limit, ...filter } = query
  const since = sinceMs === undefined ? {} : { since: createSystemClock().now() - sinceMs }
  const entries: RecordedAuditEntry[] = []
  while (entries.length <= limit) {
    const last = entries.at(-1)
    const pageSize = Math.min(MAX_AUDIT_PAGE, limit + 1 - entries.length)
    const page = await place.store.auditEntries({
      ...filter,
      ...since,
      ...(last ? { beforeId: last.id } : {}),
      limit: pageSize,
    })
    entries.push(...page)
    if (page.length < pageSize) break
  }
  return { entries: entries.slice(0, limit).toReversed(), more: entries.length > limit }
}

const quietLog = () => createPinoLog({ level: 'warn', destination: 'stderr' })

/** Tokens and audit entries are read anew by whoever needs them, so they may change beside an owner. */
function open(dataDirectory: string, purpose: string): Promise<OpenStore> {
  return openStore({ dataDirectory, purpose, access: 'share', log: quietLog() })
}

function accessOf({ store }: OpenStore): Access {
  return createAccess({
    store,
    audit: store,
    hasher: createCryptoHasher(),
    random: createCryptoRandom(),
    clock: createSystemClock(),
    log: quietLog(),
  })
}

function shown(token: AccessToken): ShownToken {
  return { ...token, status: statusOfToken(token, createSystemClock().now()) }
}

function whoIsHere(): string {
  try {
    return `cli:${userInfo().username}`
  } catch {
    // A user id without a name, as in a container.
    return `cli:${process.getuid?.() ?? 'unknown'}`
  }
}
