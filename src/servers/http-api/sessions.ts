import { createHash, timingSafeEqual } from 'node:crypto'
import type { Authenticator, Identity } from '../../ports/authenticator.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'
import type { ControlLimits } from './limits.ts'

/** Somebody who logged in with a browser. */
export interface LiveSession {
  readonly identity: Identity
  /** Secret that only pages of the same origin can read; asked for with every change. */
  readonly csrfToken: string
  /** Epoch milliseconds. */
  readonly expiresAt: number
}

/** Sessions in memory: they end with the process, after their time, and as soon as their token is revoked. */
export interface Sessions {
  /** The value for the cookie, or `undefined` when the token opens nothing. */
  open(token: string): Promise<{ readonly cookie: string; readonly session: LiveSession } | undefined>
  find(cookie: string): Promise<LiveSession | undefined>
  close(cookie: string): void
}

interface Entry {
  readonly token: string
  readonly csrfToken: string
  readonly expiresAt: number
}

export function createSessions(
  authenticator: Authenticator,
  clock: Clock,
  random: Random,
  limits: Pick<ControlLimits, 'maxSessions' | 'sessionMs'>,
): Sessions {
  // By hash, so that looking one up takes no longer for a guess that begins right.
  const entries = new Map<string, Entry>()
  const secret = () => Buffer.from(random.bytes(32)).toString('base64url')

  function makeRoom(): void {
    for (const [key, { expiresAt }] of entries) if (expiresAt <= clock.now()) entries.delete(key)
    for (const key of entries.keys()) {
      if (entries.size < limits.maxSessions) return
      entries.delete(key)
    }
  }

  return {
    async open(token) {
      const identity = await authenticator.authenticate(token)
      if (!identity) return undefined
      makeRoom()
      const cookie = secret()
      const entry = { token, csrfToken: secret(), expiresAt: clock.now() + limits.sessionMs }
      entries.set(hash(cookie), entry)
      return { cookie, session: { identity, csrfToken: entry.csrfToken, expiresAt: entry.expiresAt } }
    },
    async find(cookie) {
      const key = hash(cookie)
      const entry = entries.get(key)
      if (!entry) return undefined
      const identity = entry.expiresAt > clock.now() && (await authenticator.authenticate(entry.token))
      if (!identity) {
        entries.delete(key)
        return undefined
      }
      return { identity, csrfToken: entry.csrfToken, expiresAt: entry.expiresAt }
    },
    close: (cookie) => void entries.delete(hash(cookie)),
  }
}

/** True for equal texts, in a time that does not depend on where they differ. */
export function isSameSecret(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest())
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
