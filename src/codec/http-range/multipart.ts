import { type ByteRange, renderContentRange } from './range.ts'

/** One part of a multipart answer: the bytes to write before the bytes of its range. */
export interface RangePart {
  readonly head: Uint8Array
  readonly range: ByteRange
}

/** A multipart/byteranges body (RFC 9110 §14.6): parts in order, then `tail`; `sizeBytes` of it all. */
export interface RangeParts {
  readonly parts: readonly RangePart[]
  readonly tail: Uint8Array
  readonly sizeBytes: number
}

/** `boundary` must not occur in the representation: random, of the characters RFC 2046 §5.1.1 allows. */
export function encodeRangeParts(
  ranges: readonly ByteRange[],
  sizeBytes: number,
  contentType: string,
  boundary: string,
): RangeParts {
  const text = new TextEncoder()
  const parts = ranges.map((range, index) => ({
    head: text.encode(
      `${index === 0 ? '' : '\r\n'}--${boundary}\r\nContent-Type: ${contentType}\r\n` +
        `Content-Range: ${renderContentRange(range, sizeBytes)}\r\n\r\n`,
    ),
    range,
  }))
  const tail = text.encode(`\r\n--${boundary}--\r\n`)
  const total = parts.reduce((sum, part) => sum + part.head.length + part.range.lengthBytes, tail.length)
  return { parts, tail, sizeBytes: total }
}
