import { createHash, timingSafeEqual } from 'node:crypto'
import type { Authenticator, Identity } from '../../ports/authenticator.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'
import type { SessionStore } from '../../ports/session-store.ts'
import type { ControlLimits } from './limits.ts'

/** Somebody who logged in with a browser. */
export interface LiveSession {
  readonly identity: Identity
  /** Secret that only pages of the same origin can read; asked for with every change. */
  readonly csrfToken: string
  /** Epoch milliseconds. */
  readonly expiresAt: number
}

/** Sessions end after their time and as soon as their token is revoked; a restart of the program they outlive. */
export interface Sessions {
  /** The value for the cookie, or `undefined` when the token opens nothing. */
  open(token: string): Promise<string | undefined>
  find(cookie: string): Promise<LiveSession | undefined>
  close(cookie: string): Promise<void>
}

export function createSessions(
  store: SessionStore,
  authenticator: Authenticator,
  clock: Clock,
  random: Random,
  limits: Pick<ControlLimits, 'maxSessions' | 'sessionMs'>,
): Sessions {
  return {
    async open(token) {
      const tokenHash = await authenticator.admit(token)
      if (tokenHash === undefined) return undefined
      await store.pruneSessions(clock.now(), limits.maxSessions - 1)
      const cookie = Buffer.from(random.bytes(32)).toString('base64url')
      await store.addSession(hash(cookie), { tokenHash, expiresAt: clock.now() + limits.sessionMs })
      return cookie
    },
    async find(cookie) {
      // By hash: looking it up takes no longer for a guess that begins right, and what is kept opens nothing.
      const stored = await store.session(hash(cookie))
      if (!stored || stored.expiresAt <= clock.now()) return undefined
      const identity = await authenticator.recognise(stored.tokenHash)
      if (!identity) return undefined
      return { identity, csrfToken: csrfTokenOf(cookie), expiresAt: stored.expiresAt }
    },
    close: async (cookie) => await store.removeSession(hash(cookie)),
  }
}

/** Nothing of the cookie can be learnt from it, and it need not be kept. */
function csrfTokenOf(cookie: string): string {
  return createHash('sha256').update(`csrf ${cookie}`).digest('base64url')
}

/** True for equal texts, in a time that does not depend on where they differ. */
export function isSameSecret(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest())
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
