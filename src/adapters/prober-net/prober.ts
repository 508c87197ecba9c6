import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import type { ProbeOutcome, Prober } from '../../ports/prober.ts'

/** A host that says nothing for this long does not answer. Milliseconds. */
const LIMIT_MS = 5000
/** A body longer than this is not read to its end. Bytes. */
const MAX_BODY_BYTES = 64 * 1024

/** Probes over the network of this machine. */
export function createProber(): Prober {
  return {
    tcp: (host, port, signal) =>
      untilEvent(connectTcp({ host, port }), 'connect', () => `port ${port} accepts connections`, signal),
    tls: (host, port, signal) => {
      const socket = connectTls({ host, port, rejectUnauthorized: false })
      return untilEvent(socket, 'secureConnect', () => describeTls(socket, port), signal)
    },
    http: (url, signal) => getUrl(url, signal),
  }
}

function untilEvent(
  socket: Socket,
  event: string,
  describe: () => string,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  return new Promise((resolve) => {
    const end = (outcome: ProbeOutcome): void => {
      signal.removeEventListener('abort', aborted)
      socket.destroy()
      resolve(outcome)
    }
    const aborted = (): void => end({ ok: false, detail: 'stopped' })
    if (signal.aborted) return aborted()
    signal.addEventListener('abort', aborted, { once: true })
    socket.setTimeout(LIMIT_MS, () => end({ ok: false, detail: `no answer within ${LIMIT_MS / 1000} s` }))
    socket.once(event, () => end({ ok: true, detail: describe() }))
    socket.on('error', (error) => end({ ok: false, detail: error.message }))
    socket.once('close', () => end({ ok: false, detail: 'the connection was closed' }))
  })
}

function describeTls(socket: TLSSocket, port: number): string {
  const name = socket.getPeerCertificate().subject?.CN
  return `TLS on port ${port} (${socket.getProtocol()}${name ? `, certificate of ${String(name).slice(0, 64)}` : ''})`
}

function getUrl(url: string, signal: AbortSignal): Promise<ProbeOutcome> {
  return new Promise((resolve) => {
    const get = url.startsWith('https:') ? httpsRequest : httpRequest
    const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)])
    const request = get(url, { method: 'GET', rejectUnauthorized: false, agent: false, signal: limit })
    request.on('error', (error) => {
      const why = limit.aborted && !signal.aborted ? `no answer within ${LIMIT_MS / 1000} s` : error.message
      resolve({ ok: false, detail: why })
    })
    request.on('response', (response) => {
      const status = response.statusCode ?? 0
      let seen = 0
      response.on('data', (chunk: Buffer) => {
        seen += chunk.length
        if (seen > MAX_BODY_BYTES) request.destroy()
      })
      resolve({ ok: status >= 200 && status < 400, detail: `HTTP status ${status}` })
    })
    request.end()
  })
}
