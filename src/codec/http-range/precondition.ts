import { parseHttpDate } from './http-date.ts'

/** What a representation can be recognised by. */
export interface Validators {
  /** Strong entity tag without quotes (RFC 9110 §8.8.3). */
  readonly entityTag: string
  /** Whole seconds, as epoch milliseconds; left out as long as it is not a strong validator (§8.8.2.2). */
  readonly lastModifiedMs?: number | undefined
}

/** Request headers of RFC 9110 §13.1, as received; absent ones `undefined`. */
export interface ConditionHeaders {
  readonly ifMatch?: string | undefined
  readonly ifNoneMatch?: string | undefined
  readonly ifModifiedSince?: string | undefined
  readonly ifUnmodifiedSince?: string | undefined
  readonly ifRange?: string | undefined
}

/**
 * Preconditions of a GET or HEAD in the order of RFC 9110 §13.2.2: `failed` is answered 412, `not-modified` 304.
 * If-Range is evaluated by `isRangeWanted`. Dates that cannot be read are ignored (§13.1.3, §13.1.4).
 */
export function evaluateConditions(
  headers: ConditionHeaders,
  validators: Validators,
  nowMs: number,
): 'proceed' | 'not-modified' | 'failed' {
  const { lastModifiedMs } = validators
  if (headers.ifMatch !== undefined) {
    if (!matchesList(headers.ifMatch, validators.entityTag, 'strong')) return 'failed'
  } else if (headers.ifUnmodifiedSince !== undefined && lastModifiedMs !== undefined) {
    const date = parseHttpDate(headers.ifUnmodifiedSince, nowMs)
    if (date !== undefined && lastModifiedMs > date) return 'failed'
  }
  if (headers.ifNoneMatch !== undefined) {
    return matchesList(headers.ifNoneMatch, validators.entityTag, 'weak') ? 'not-modified' : 'proceed'
  }
  if (headers.ifModifiedSince !== undefined && lastModifiedMs !== undefined) {
    const date = parseHttpDate(headers.ifModifiedSince, nowMs)
    if (date !== undefined && lastModifiedMs <= date) return 'not-modified'
  }
  return 'proceed'
}

/**
 * Whether a Range header counts (RFC 9110 §13.1.5): without If-Range always; with it only when it is the very
 * entity tag, strongly compared, or the very date of the last modification.
 */
export function isRangeWanted(ifRange: string | undefined, validators: Validators, nowMs: number): boolean {
  if (ifRange === undefined) return true
  if (ifRange.startsWith('"') || ifRange.startsWith('W/')) return ifRange === `"${validators.entityTag}"`
  const date = parseHttpDate(ifRange, nowMs)
  return date !== undefined && date === validators.lastModifiedMs
}

const ENTITY_TAG = /(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/y

/** A list with a syntax error matches nothing. Sticky matching keeps it linear in the length of the header. */
function matchesList(list: string, entityTag: string, comparison: 'weak' | 'strong'): boolean {
  if (list.trim() === '*') return true
  let matches = false
  let at = 0
  while (at < list.length) {
    if (' \t,'.includes(list.charAt(at))) {
      at++
      continue
    }
    ENTITY_TAG.lastIndex = at
    const match = ENTITY_TAG.exec(list)
    const next = match ? list.charAt(ENTITY_TAG.lastIndex) : undefined
    if (!match || next === undefined || !' \t,'.includes(next)) return false
    if (match[2] === entityTag && (comparison === 'weak' || match[1] === undefined)) matches = true
    at = ENTITY_TAG.lastIndex
  }
  return matches
}
