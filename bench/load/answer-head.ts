/** What the start of an answer says about whether the rest is worth counting. */
export type ReadHead =
  | { readonly kind: 'partial' }
  | { readonly kind: 'whole'; readonly bodyAt: number }
  | { readonly kind: 'wrong'; readonly reason: string }

const MAX_LENGTH = 16 * 1024

/** Reads status line and headers of an HTTP/1 answer, which has to have this status and `Content-Length`. */
export function readHead(
  text: string,
  wanted: { readonly status: number; readonly bytes: number },
): ReadHead {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) {
    return text.length > MAX_LENGTH
      ? { kind: 'wrong', reason: 'headers without an end' }
      : { kind: 'partial' }
  }
  const head = text.slice(0, end)
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1]
  if (Number(status) !== wanted.status) {
    return { kind: 'wrong', reason: `expected status ${wanted.status}, got ${head.split('\r\n')[0]}` }
  }
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (Number(length) !== wanted.bytes) {
    return { kind: 'wrong', reason: `expected ${wanted.bytes} bytes, ${length ?? 'no length'} announced` }
  }
  return { kind: 'whole', bodyAt: end + 4 }
}
