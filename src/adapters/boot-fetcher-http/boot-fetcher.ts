import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { BootFetcher, Fetched, FetchOptions } from '../../ports/boot-fetcher.ts'
import { drain } from './drain.ts'
import { MAX_BODY_BYTES, SILENCE_MS, secondsOf } from './limits.ts'

/** Pauses are as long as timers can make them. */
const SHORTEST_PAUSE_MS = 5
const MAX_TEXT_BYTES = 64 * 1024

interface Sent extends FetchOptions {
  readonly method: 'GET' | 'POST'
  readonly body?: string
}

/** Asks over HTTP or HTTPS; certificates are not checked, as little is said and nothing believed. */
export function createBootFetcher(): BootFetcher {
  return {
    get: async (url, options, signal) => {
      const isPlain = url.startsWith('http:') && !options.keepText && options.bytesPerSecond === undefined
      const drained = isPlain ? await drain(new URL(url), options, signal) : undefined
      return drained ?? (await ask(url, { ...options, method: 'GET' }, signal))
    },
    postJson: (url, body, signal) =>
      ask(url, { method: 'POST', body: JSON.stringify(body), keepText: true }, signal),
  }
}

function ask(url: string, sent: Sent, signal: AbortSignal): Promise<Fetched> {
  const { method, body, from } = sent
  const options: RequestOptions & { readonly rejectUnauthorized: boolean } = {
    method,
    agent: false,
    signal,
    rejectUnauthorized: false,
    headers: {
      'user-agent': 'edgeboot-simulate',
      ...(from === undefined ? {} : { range: `bytes=${from}-` }),
      ...(body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    },
  }
  return new Promise((resolve, reject) => {
    const begun = performance.now()
    const send = url.startsWith('https:') ? httpsRequest : httpRequest
    const request = send(url, options, (response) => {
      take(response, sent, begun).then(resolve, reject)
    })
    request.setTimeout(SILENCE_MS, () =>
      request.destroy(new Error(`no byte for ${SILENCE_MS / 1000} seconds`)),
    )
    request.on('error', reject)
    request.end(body)
  })
}

/** Counts the bytes and lets them go. */
function take(
  response: IncomingMessage,
  { keepText, breakAfterBytes, bytesPerSecond }: Sent,
  begun: number,
): Promise<Fetched> {
  return new Promise((resolve, reject) => {
    const answeredAt = performance.now()
    let bytes = 0
    let kept = 0
    let firstByteMs = performance.now() - begun
    const chunks: Buffer[] = []
    /** By how much the bytes came before their time. */
    const aheadMs = (): number =>
      bytesPerSecond === undefined ? 0 : (bytes / bytesPerSecond) * 1000 - (performance.now() - answeredAt)
    const end = (): void => {
      resolve({
        status: response.statusCode ?? 0,
        firstByteMs,
        durationMs: performance.now() - begun,
        bytes,
        text: Buffer.concat(chunks).toString('utf8'),
        ...secondsOf(response.headers['retry-after']),
      })
    }
    response.on('data', (chunk: Buffer) => {
      if (bytes === 0) firstByteMs = performance.now() - begun
      bytes += chunk.length
      if (bytes > MAX_BODY_BYTES)
        return void response.destroy(new Error('the answer is longer than any file of an installer'))
      if (aheadMs() > SHORTEST_PAUSE_MS) {
        // What comes meanwhile waits in the system, and then at the server.
        response.pause()
        setTimeout(() => response.resume(), aheadMs())
      }
      if (keepText && kept < MAX_TEXT_BYTES) {
        const piece = chunk.subarray(0, MAX_TEXT_BYTES - kept)
        kept += piece.length
        chunks.push(piece)
      }
      if (breakAfterBytes === undefined || bytes < breakAfterBytes) return
      response.off('error', reject).on('error', () => undefined)
      response.destroy()
      end()
    })
    response.on('end', () => (aheadMs() > 0 ? setTimeout(end, aheadMs()) : end()))
    response.on('error', reject)
  })
}
