import { renderHttpDate } from '../../codec/http-range/http-date.ts'
import { encodeRangeParts, type RangePart } from '../../codec/http-range/multipart.ts'
import {
  type ConditionHeaders,
  evaluateConditions,
  isRangeWanted,
  type Validators,
} from '../../codec/http-range/precondition.ts'
import { parseRange, renderContentRange, renderUnsatisfiedRange } from '../../codec/http-range/range.ts'
import type { ServedArtifact } from '../../ports/boot-desk.ts'

const CONTENT_TYPE = 'application/octet-stream'
const NOT_KEPT = { 'cache-control': 'no-store' }
const NO_BYTES = new Uint8Array()

/** What of a request matters for an artifact. */
export interface ArtifactRequest extends ConditionHeaders {
  readonly method: 'GET' | 'HEAD'
  readonly range?: string | undefined
  /** The address names the bytes (by digest), so it can be cached for ever. */
  readonly immutable: boolean
}

/** The whole answer as a value: status, headers, and what the body is made of (nothing for HEAD). */
export interface ArtifactAnswer {
  readonly status: 200 | 206 | 304 | 412 | 416
  readonly headers: Readonly<Record<string, string>>
  readonly parts: readonly RangePart[]
  readonly tail: Uint8Array
}

/** RFC 9110 §13 to §15 for one artifact. `makeBoundary` gives what parts several ranges, which must be random; `nowMs` is the epoch time. */
export function answerArtifact(
  request: ArtifactRequest,
  artifact: ServedArtifact,
  nowMs: number,
  makeBoundary: () => string,
): ArtifactAnswer {
  const { sizeBytes } = artifact
  const validators = validatorsOf(artifact, nowMs)
  const common = commonHeaders(request, artifact, validators)
  const bodyless = (status: 304 | 412 | 416, headers: Record<string, string>): ArtifactAnswer => ({
    status,
    headers: { ...common, ...headers },
    parts: [],
    tail: NO_BYTES,
  })

  const outcome = evaluateConditions(request, validators, nowMs)
  if (outcome === 'failed') return bodyless(412, { ...NOT_KEPT, 'content-length': '0' })
  if (outcome === 'not-modified') return bodyless(304, {})

  // §14.2: Range means something for GET only.
  const honoured = request.method === 'GET' && isRangeWanted(request.ifRange, validators, nowMs)
  const wanted = parseRange(honoured ? request.range : undefined, sizeBytes)
  if (wanted.kind === 'unsatisfiable') {
    const range = renderUnsatisfiedRange(sizeBytes)
    return bodyless(416, { ...NOT_KEPT, 'content-length': '0', 'content-range': range })
  }
  const [first, ...others] = wanted.kind === 'partial' ? wanted.ranges : []
  if (!first) {
    const headers = { ...common, 'content-type': CONTENT_TYPE, 'content-length': String(sizeBytes) }
    const whole = { head: NO_BYTES, range: { offsetBytes: 0, lengthBytes: sizeBytes } }
    return { status: 200, headers, parts: request.method === 'GET' ? [whole] : [], tail: NO_BYTES }
  }
  if (others.length === 0) {
    const headers = {
      ...common,
      'content-type': CONTENT_TYPE,
      'content-length': String(first.lengthBytes),
      'content-range': renderContentRange(first, sizeBytes),
    }
    return { status: 206, headers, parts: [{ head: NO_BYTES, range: first }], tail: NO_BYTES }
  }
  const boundary = makeBoundary()
  const body = encodeRangeParts([first, ...others], sizeBytes, CONTENT_TYPE, boundary)
  const headers = {
    ...common,
    'content-type': `multipart/byteranges; boundary=${boundary}`,
    'content-length': String(body.sizeBytes),
  }
  return { status: 206, headers, parts: body.parts, tail: body.tail }
}

/**
 * The date of the ISO is shown only when its second is well over: then it cannot be changed again without the date
 * changing too, which makes every date a client can send back a strong validator (RFC 9110 §8.8.2.2).
 */
function validatorsOf({ entityTag, blob }: ServedArtifact, nowMs: number): Validators {
  const seconds = Number(BigInt(blob.identity.modifiedNs) / 1_000_000_000n)
  const isOver = seconds * 1000 + 2000 <= nowMs
  return { entityTag, lastModifiedMs: isOver && seconds >= 0 ? seconds * 1000 : undefined }
}

function commonHeaders(
  { immutable }: ArtifactRequest,
  artifact: ServedArtifact,
  { entityTag, lastModifiedMs }: Validators,
): Record<string, string> {
  const sha256 = artifact.sha256()
  return {
    etag: `"${entityTag}"`,
    'accept-ranges': 'bytes',
    'cache-control': immutable ? 'public, max-age=31536000, immutable, no-transform' : 'no-transform',
    ...(lastModifiedMs === undefined ? {} : { 'last-modified': renderHttpDate(lastModifiedMs) }),
    ...(sha256 === undefined ? {} : { 'repr-digest': renderReprDigest(sha256) }),
  }
}

/** RFC 9530 §3: of the whole representation, also on an answer with a part of it. */
function renderReprDigest(sha256: string): string {
  return `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`
}
