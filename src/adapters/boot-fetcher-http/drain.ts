import { connect } from 'node:net'
import type { Fetched, FetchOptions } from '../../ports/boot-fetcher.ts'
import { type AnswerHead, readAnswerHead } from './answer-head.ts'
import { MAX_BODY_BYTES, SILENCE_MS, secondsOf } from './limits.ts'

/** All connections read into it: what came is counted and forgotten before the next comes. */
const shared = Buffer.allocUnsafe(512 * 1024)

/**
 * Downloads over HTTP and keeps nothing. Many hosts together take as many bytes as the machine can move, and that leaves no
 * time for a buffer of its own for each piece. `undefined` when the body is encoded for its way: it takes a whole HTTP client.
 */
export function drain(
  url: URL,
  { from, breakAfterBytes }: Pick<FetchOptions, 'from' | 'breakAfterBytes'>,
  signal: AbortSignal,
): Promise<Fetched | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Fetched | undefined>()
  const begun = performance.now()
  let started = ''
  let head: AnswerHead | undefined
  let bytes = 0
  let firstByteMs = 0

  const finish = (): void => {
    if (head)
      resolve({
        ...{ status: head.status, firstByteMs, durationMs: performance.now() - begun, bytes, text: '' },
        ...secondsOf(head.retryAfter),
      })
    socket.destroy()
  }
  const count = (came: number): void => {
    if (bytes === 0) firstByteMs = performance.now() - begun
    bytes += came
    if (bytes > MAX_BODY_BYTES) return void socket.destroy(tooLong())
    const isAll = head?.contentLength !== undefined && bytes >= head.contentLength
    if (isAll || (breakAfterBytes !== undefined && bytes >= breakAfterBytes)) finish()
  }
  const begin = (piece: Buffer): void => {
    started += piece.toString('latin1')
    head = readAnswerHead(started)
    if (!head) return
    if (head.isEncoded) {
      resolve(undefined)
      socket.destroy()
    } else if ((head.contentLength ?? 0) > MAX_BODY_BYTES) socket.destroy(tooLong())
    else count(started.length - head.bodyAt)
  }
  const take = (length: number): boolean => {
    try {
      if (head) count(length)
      else begin(shared.subarray(0, length))
    } catch (error) {
      socket.destroy(error as Error)
    }
    return !socket.destroyed
  }

  const socket = connect({
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || 80),
    signal,
    onread: { buffer: shared, callback: take },
  })
  socket.setTimeout(SILENCE_MS, () => socket.destroy(new Error(`no byte for ${SILENCE_MS / 1000} seconds`)))
  socket.on('error', reject)
  socket.on('close', () => {
    if (head && head.contentLength === undefined) finish()
    else reject(new Error(`the connection ended after ${bytes} bytes of the answer`))
  })
  socket.write(
    [
      `GET ${url.pathname}${url.search} HTTP/1.1`,
      ...[`host: ${url.host}`, 'user-agent: edgeboot-simulate', 'connection: close'],
      ...(from === undefined ? [] : [`range: bytes=${from}-`]),
      '\r\n',
    ].join('\r\n'),
  )
  return promise
}

function tooLong(): Error {
  return new Error('the answer is longer than any file of an installer')
}
