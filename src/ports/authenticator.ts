/** What somebody may do, each including those before it. */
export type ApiRole = 'viewer' | 'operator' | 'admin'

/** Who a token belongs to. */
export interface Identity {
  /** Name of the token, as it stands in the audit log. */
  readonly name: string
  readonly role: ApiRole
}

/** Knows tokens. Compares in constant time, and only hashes. */
export interface Authenticator {
  /** Who the token belongs to; `undefined` for one that is unknown, revoked or expired. Never throws for bad tokens. */
  authenticate(token: string): Promise<Identity | undefined>
  /** The hash by which the token is recognised from now on without its text; `undefined` as above. */
  admit(token: string): Promise<string | undefined>
  /** Who the token of that hash belongs to, as long as it is neither revoked nor expired. */
  recognise(tokenHash: string): Promise<Identity | undefined>
}

/** Something somebody did or was kept from doing through the control API. */
export interface AuditRecord {
  /** `token:NAME`, or the address of somebody unknown. */
  readonly who: string
  /** For example `host.reinstall`, the same as `operationId` of the API's description. */
  readonly action: string
  /** What it was done to: the name of a host, installer or token; empty where there is only one. */
  readonly object: string
  /** `refused`: not let in, or let in but it did not come about; `detail.code` says why. */
  readonly outcome: 'done' | 'refused'
  /** HTTP status, failure code, address it came from. No secrets. */
  readonly detail: Readonly<Record<string, string | number | boolean>>
}

/** Told of every change and every refused access, as it happens. */
export type AuditSink = (record: AuditRecord) => Promise<void>
