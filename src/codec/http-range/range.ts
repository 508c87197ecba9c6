/** A run of bytes of a representation, from its start. */
export interface ByteRange {
  readonly offsetBytes: number
  readonly lengthBytes: number
}

/**
 * What a Range header asks for: `whole` (no header, or one that RFC 9110 §14.2 says or allows to ignore),
 * `partial` (at least one range, none empty, none overlapping another), or `unsatisfiable`.
 */
export type RangeRequest =
  | { readonly kind: 'whole' }
  | { readonly kind: 'partial'; readonly ranges: readonly ByteRange[] }
  | { readonly kind: 'unsatisfiable' }

/** More ranges than this, or a longer header, are not answered in parts: RFC 9110 §17.15. */
export const MAX_RANGES = 64
const MAX_HEADER_CHARACTERS = 4096

const WHOLE: RangeRequest = { kind: 'whole' }

/**
 * Reads a Range header against a representation of `sizeBytes` bytes (RFC 9110 §14.1.2 and §14.2). Another unit
 * than bytes, a syntax error anywhere in the set, or too many ranges: the header is ignored. Unsatisfiable
 * ranges beside satisfiable ones are left out. Overlapping or touching ranges are joined in ascending order
 * (§15.3.7.2), so the answer is never longer than the representation; others keep the order of the request.
 */
export function parseRange(header: string | undefined, sizeBytes: number): RangeRequest {
  if (header === undefined || header.length > MAX_HEADER_CHARACTERS) return WHOLE
  const set = /^bytes=(.*)$/is.exec(header.trim())?.[1]
  if (set === undefined) return WHOLE
  // §5.6.1.2: empty list elements are ignored by the recipient.
  const specs = set
    .split(',')
    .map((spec) => spec.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((spec) => spec !== '')
  if (specs.length === 0 || specs.length > MAX_RANGES) return WHOLE

  const ranges: ByteRange[] = []
  for (const spec of specs) {
    const range = parseSpec(spec, sizeBytes)
    if (range === 'invalid') return WHOLE
    if (range.lengthBytes > 0) ranges.push(range)
  }
  if (ranges.length > 0) return { kind: 'partial', ranges: join(ranges) }
  // §14.1.2: of nothing, the last bytes are nothing; a part without bytes cannot be written as Content-Range.
  const asksForTail = specs.some((spec) => /^-0*[1-9]/.test(spec))
  return sizeBytes === 0 && asksForTail ? WHOLE : { kind: 'unsatisfiable' }
}

/** A range of no bytes stands for an unsatisfiable one. */
function parseSpec(spec: string, sizeBytes: number): ByteRange | 'invalid' {
  const match = /^([0-9]*)-([0-9]*)$/.exec(spec)
  if (!match) return 'invalid'
  const [, first = '', last = ''] = match
  if (first === '' && last === '') return 'invalid'
  if (first === '') {
    const lengthBytes = Math.min(position(last), sizeBytes)
    return { offsetBytes: sizeBytes - lengthBytes, lengthBytes }
  }
  const offsetBytes = position(first)
  if (last !== '' && position(last) < offsetBytes) return 'invalid'
  if (offsetBytes >= sizeBytes) return { offsetBytes: sizeBytes, lengthBytes: 0 }
  const end = last === '' ? sizeBytes : Math.min(position(last) + 1, sizeBytes)
  return { offsetBytes, lengthBytes: end - offsetBytes }
}

/** Numbers beyond what a file can have are as good as the largest safe one. */
function position(digits: string): number {
  return Math.min(Number(digits), Number.MAX_SAFE_INTEGER - 1)
}

function join(ranges: readonly ByteRange[]): readonly ByteRange[] {
  const ascending = ranges.toSorted((a, b) => a.offsetBytes - b.offsetBytes)
  const joined: ByteRange[] = []
  for (const range of ascending) {
    const before = joined.at(-1)
    if (before && range.offsetBytes <= endOf(before)) {
      const lengthBytes = Math.max(endOf(before), endOf(range)) - before.offsetBytes
      joined[joined.length - 1] = { offsetBytes: before.offsetBytes, lengthBytes }
    } else {
      joined.push(range)
    }
  }
  return joined.length === ranges.length ? ranges : joined
}

function endOf(range: ByteRange): number {
  return range.offsetBytes + range.lengthBytes
}

/** Value of Content-Range for one part (RFC 9110 §14.4). */
export function renderContentRange(range: ByteRange, sizeBytes: number): string {
  return `bytes ${range.offsetBytes}-${endOf(range) - 1}/${sizeBytes}`
}

/** Value of Content-Range of an answer 416 (RFC 9110 §14.4). */
export function renderUnsatisfiedRange(sizeBytes: number): string {
  return `bytes */${sizeBytes}`
}
