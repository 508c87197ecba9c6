import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'
import { Failure, isFailure } from '../../../domain/failure.ts'
import type { VsphereTrust } from '../settings/vsphere-settings.ts'
import { authoritiesOf, requireTrusted } from './server-trust.ts'

/** One HTTP request to the server. */
export interface HttpCall {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  /** Path and query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Writes the body, where it is not a text, and ends the request. */
  readonly body?: string | ((request: ClientRequest) => Promise<void>)
  /** A connection on which nothing comes or goes for this long is given up. Milliseconds. */
  readonly silenceMs: number
}

/** Connections to one server, kept open between requests. */
export interface HttpsTransport extends Disposable {
  /** `HOST:PORT`. */
  readonly address: string
  localAddress(): string | undefined
  /**
   * Resolves when the answer begins. Failure `driver.untrusted`, `driver.timeout`, or `driver.unreachable` with
   * `details.sent` telling whether the server can have seen the request.
   */
  send(call: HttpCall, signal: AbortSignal): Promise<IncomingMessage>
}

/** Time to reach the server and to shake hands, in milliseconds. */
const CONNECT_MS = 15_000
/**
 * A connection that nobody uses is closed after this. Servers do the same after a minute or more, and a call that meets
 * that moment is lost without anybody knowing whether it took effect. Milliseconds.
 */
const IDLE_MS = 15_000

export function createHttpsTransport(url: URL, trust: VsphereTrust): HttpsTransport {
  const isTls = url.protocol === 'https:'
  const address = `${url.hostname}:${url.port || (isTls ? 443 : 80)}`
  let local: string | undefined
  const note = (socket: Socket): void => {
    local = socket.localAddress ?? local
  }
  const agent = isTls
    ? new TrustingAgent(trust, address, note)
    : new HttpAgent({ keepAlive: true, timeout: IDLE_MS })

  return {
    address,
    localAddress: () => local,
    send: (call, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted()
        const begin = isTls ? httpsRequest : httpRequest
        const { method, path, body, silenceMs } = call
        const headers = { 'user-agent': 'edgeboot', ...call.headers }
        const request = begin(new URL(path, url), { agent, method, headers, signal })
        let sent = false
        request.on('socket', (socket) => {
          // A socket that is handed out is connected already, except without TLS.
          sent = !socket.connecting
          if (sent) return
          socket.once('connect', () => {
            sent = true
            note(socket)
          })
        })
        request.setTimeout(silenceMs, () =>
          request.destroy(
            new Failure('driver.timeout', `${address} did not answer within ${silenceMs / 1000} s`, { sent }),
          ),
        )
        request.on('error', (error) => reject(explain(error, address, sent, signal)))
        request.on('response', (response) => {
          // Refused before the body was over: the connection is of no more use, and Node leaves it open.
          response.once('end', () => request.writableFinished || response.socket.destroy())
          resolve(response)
        })
        if (typeof body === 'function') {
          body(request).catch((error: unknown) => request.destroy(error as Error))
        } else request.end(body)
      }),
    [Symbol.dispose]: () => agent.destroy(),
  }
}

/** Hands out connections only after the certificate was looked at, so that no password goes to a stranger. */
class TrustingAgent extends HttpsAgent {
  readonly #trust: VsphereTrust
  readonly #address: string
  readonly #connected: (socket: Socket) => void
  /** The agent does not know them yet. */
  readonly #connecting = new Set<TLSSocket>()

  constructor(trust: VsphereTrust, address: string, connected: (socket: Socket) => void) {
    // Without sessions: a resumed one has no certificate to look at.
    super({ keepAlive: true, maxCachedSessions: 0, timeout: IDLE_MS })
    this.#trust = trust
    this.#address = address
    this.#connected = connected
  }

  override createConnection(
    options: ConnectionOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const { host, port, servername } = options
    const ca = authoritiesOf(this.#trust)
    const name = servername ? { servername } : {}
    // Whether it is trusted is decided below, with a better message than Node's own.
    const socket = connectTls({
      host,
      port,
      ...name,
      ...(ca ? { ca } : {}),
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
    })
    const done = callback as ((error: Error | null, stream?: Duplex) => void) | undefined
    this.#connecting.add(socket)
    const fail = (error: Error): void => {
      clearTimeout(late)
      this.#connecting.delete(socket)
      socket.destroy()
      done?.(error)
    }
    const late = setTimeout(
      () => fail(new Failure('driver.unreachable', `${this.#address} does not answer`, { sent: false })),
      CONNECT_MS,
    )
    socket.setKeepAlive(true, 30_000)
    socket.once('error', fail)
    socket.once('close', () => clearTimeout(late))
    socket.once('secureConnect', () => {
      clearTimeout(late)
      try {
        requireTrusted(socket, this.#trust, this.#address)
      } catch (error) {
        return fail(error as Error)
      }
      socket.removeListener('error', fail)
      this.#connecting.delete(socket)
      this.#connected(socket)
      done?.(null, socket)
    })
    return undefined
  }

  /** Also what is still on its way to a server that does not answer: else it keeps the process from ending. */
  override destroy(): void {
    for (const socket of this.#connecting) socket.destroy(new Error('the connection is closed'))
    super.destroy()
  }
}

function explain(error: Error, address: string, sent: boolean, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason
  if (isFailure(error)) return error
  const { code } = error as NodeJS.ErrnoException
  const why = (code && REASONS[code]) ?? error.message
  return new Failure('driver.unreachable', `${address} cannot be reached: ${why}`, { sent }, error)
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there; is the port right, and is it up?',
  ENOTFOUND: 'there is no such name; look at GOVC_URL and the name server',
  EAI_AGAIN: 'the name server does not answer',
  ECONNRESET: 'it cut the connection',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to its network',
  ETIMEDOUT: 'it does not answer',
}
