/** Status line and headers of an answer, as far as they matter to whoever counts its body. */
export interface AnswerHead {
  readonly status: number
  /** Of the body; without it the body ends with the connection. */
  readonly contentLength?: number
  /** The body is not as it stands in the connection (RFC 9112 §6.1): in chunks, for example. */
  readonly isEncoded: boolean
  readonly retryAfter?: string
  /** Where the body begins, in bytes. */
  readonly bodyAt: number
}

/** Longer heads are nobody's. Bytes. */
const MAX_LENGTH = 16 * 1024

/** Reads what came so far, one character for each byte; `undefined` as long as it is not all. Rejects other protocols with an Error. */
export function readAnswerHead(text: string): AnswerHead | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0 || end > MAX_LENGTH) {
    if (text.length > MAX_LENGTH) throw new Error('the answer has headers without an end')
    return undefined
  }
  const head = text.slice(0, end)
  const status = /^HTTP\/1\.[01] ([1-5]\d\d)/.exec(head)?.[1]
  if (status === undefined) throw new Error('the answer is not HTTP')
  const contentLength = /\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*(?:\r\n|$)/i.exec(head)?.[1]
  const retryAfter = /\r\nretry-after:[ \t]*([^\r\n]*)/i.exec(head)?.[1]
  return {
    status: Number(status),
    ...(contentLength === undefined ? {} : { contentLength: Number(contentLength) }),
    isEncoded: /\r\ntransfer-encoding:/i.test(head),
    ...(retryAfter === undefined ? {} : { retryAfter: retryAfter.trim() }),
    bodyAt: end + 4,
  }
}
