export type AuditOutcome = 'done' | 'refused'

/** Facts beside the object: where from, which reason. Never secrets. */
export type AuditDetail = Readonly<Record<string, string | number | boolean>>

/** Somebody did something, or was refused it. */
export interface AuditEntry {
  /** Epoch milliseconds. */
  readonly time: number
  /** `token:NAME`, `cli:USER`, `host:NAME`, or an address for somebody unknown. */
  readonly who: string
  /** Object and verb with a dot: `host.reinstall`, `token.create`, `config.read`. */
  readonly action: string
  /** What it was done to: a host's, token's or installer's name. */
  readonly object: string
  readonly outcome: AuditOutcome
  readonly detail: AuditDetail
}

export type RecordedAuditEntry = AuditEntry & { readonly id: number }

/** Which entries, newest first; absent means any. Times are epoch milliseconds, `until` is exclusive. */
export interface AuditFilter {
  readonly since?: number
  readonly until?: number
  readonly who?: string
  readonly action?: string
  readonly object?: string
  readonly outcome?: AuditOutcome
  /** Only entries with smaller ids: the page after the one that ended there. */
  readonly beforeId?: number
  /** 1 to `MAX_AUDIT_PAGE`. */
  readonly limit: number
}

/** Largest page, in entries. */
export const MAX_AUDIT_PAGE = 1000

/** Longest text that is kept, in UTF-16 code units. */
const MAX_TEXT = 300
const MAX_DETAILS = 20
const MASK = '***'
const SECRET_NAME = /token|passw|secret|authorization|cookie|api-?_?key|private|credential/i
/** Access tokens, config tokens (32 letters of base32) and passwords in URLs, wherever they stand. */
const SECRETS: readonly [RegExp, string][] = [
  [/ebt_[A-Za-z0-9]*/g, `ebt_${MASK}`],
  [/(?<![A-Za-z0-9])[a-z2-7]{32}(?![A-Za-z0-9])/g, MASK],
  [/:\/\/[^\s/@]*:[^\s/]*@/g, `://${MASK}@`],
  [/\b(bearer|basic)\s+\S+/gi, `$1 ${MASK}`],
]

/**
 * The entry as it may be kept for good: secrets masked, control characters (which could forge lines on a terminal)
 * replaced, lengths and counts bounded. Every audit trail applies it, so no caller can forget to.
 */
export function cleanAuditEntry(entry: AuditEntry): AuditEntry {
  const detail = Object.entries(entry.detail)
    .slice(0, MAX_DETAILS)
    .map(([key, value]) => [cleanText(key), cleanDetail(key, value)] as const)
  return {
    time: entry.time,
    who: cleanText(entry.who),
    action: cleanText(entry.action),
    object: cleanText(entry.object),
    outcome: entry.outcome,
    detail: Object.fromEntries(detail),
  }
}

function cleanDetail(key: string, value: string | number | boolean): string | number | boolean {
  if (typeof value !== 'string') return value
  return SECRET_NAME.test(key) ? MASK : cleanText(value)
}

function cleanText(text: string): string {
  // A word at the edge goes whole, so that no secret is cut to something that is not recognised as one.
  const bounded = text.length > 4 * MAX_TEXT ? text.slice(0, 4 * MAX_TEXT).replace(/\S*$/, '') : text
  const masked = SECRETS.reduce((rest, [secret, mask]) => rest.replaceAll(secret, mask), bounded)
  return masked
    .slice(0, MAX_TEXT)
    .toWellFormed()
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
}
