/** Somebody who logged in with a browser. */
export interface StoredSession {
  /** By which the token of the session is recognised: its hash, never its text. */
  readonly tokenHash: string
  /** Epoch milliseconds. */
  readonly expiresAt: number
}

/** Sessions by hashes of their cookies; they outlive the program. Failure `store.failed` when it cannot. */
export interface SessionStore {
  addSession(cookieHash: string, session: StoredSession): Promise<void>
  /** The session of that cookie, expired ones included. */
  session(cookieHash: string): Promise<StoredSession | undefined>
  removeSession(cookieHash: string): Promise<void>
  /** Removes those that expired by `at` (epoch milliseconds), and of the rest all but the `keep` that last longest. */
  pruneSessions(at: number, keep: number): Promise<void>
}
