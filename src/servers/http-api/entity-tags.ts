import { evaluateConditions } from '../../codec/http-range/precondition.ts'
import { Failure } from '../../domain/failure.ts'

/** True when the client has this version already (RFC 9110 §13.1.2). */
export function isKnownVersion(ifNoneMatch: string | undefined, version: string): boolean {
  return evaluateConditions({ ifNoneMatch }, { entityTag: version }, 0) === 'not-modified'
}

/**
 * The one version an If-Match header names (RFC 9110 §13.1.1); `undefined` for none and for `*`. Failure
 * `request.invalid` for lists and weak tags, which mean nothing here.
 */
export function parseIfMatch(ifMatch: string | undefined): string | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined
  const version = /^\s*"([\x21\x23-\x7e]{1,128})"\s*$/.exec(ifMatch)?.[1]
  if (version !== undefined) return version
  throw new Failure(
    'request.invalid',
    'If-Match takes one strong entity tag, as the ETag of GET /api/v1/fleet says it',
  )
}
