import type { Server, Socket } from 'node:net'
import { DEFAULT_CIPHERS } from 'node:tls'
import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify'
import { plainAddress } from '../../domain/plain-address.ts'
import { createRateLimiter } from '../../domain/rate-limit.ts'
import type { BootDesk } from '../../ports/boot-desk.ts'
import type { Log } from '../../ports/log.ts'
import { createAnswers } from './answers.ts'
import type { Authority } from './client.ts'
import type { BootLimits } from './limits.ts'
import {
  logAnswer,
  notFound,
  receive,
  refuseError,
  refuseTooMany,
  refuseUnreadable,
  type Visit,
} from './reception.ts'
import type { Pace } from './transfers/pace.ts'
import { createRounds, type Rounds } from './transfers/rounds.ts'
import { createTransfers } from './transfers/transfers.ts'

export interface BootAppDependencies {
  readonly desk: BootDesk
  readonly log: Log
  readonly limits: BootLimits
  /** Whose turn it is to begin and, without a pace, to send; shared with other listeners, they give way to those as well. */
  readonly rounds?: Rounds | undefined
  /** How fast artifacts are sent; absent: as fast as hosts take them. */
  readonly pace?: Pace | undefined
  readonly advertised?: Authority | undefined
  /** With it this is the HTTPS listener. */
  readonly tls?: BootTls | undefined
  /** Port of the HTTPS listener beside this one. */
  readonly securePort?: number | undefined
  /** PEM of our own authority, given out under `/ca.crt`. */
  readonly authorityPem?: string | undefined
}

/** What a server shows of itself, as PEM: its certificate with those between it and its authority, and the key. */
export interface BootTls {
  readonly certificatePem: string
  readonly keyPem: string
}

/** The boot listener without its socket, so that answers can be looked at without one. */
export interface BootApp {
  readonly app: FastifyInstance
  /** Ends all transfers, now and from now on. */
  abortTransfers(reason: string): void
}

/** Puts fastify together: sizes and times of requests, reception, answers, log. */
export function createBootApp(dependencies: BootAppDependencies): BootApp {
  const { desk, log, limits, pace, advertised, tls, securePort, authorityPem } = dependencies
  const { rounds = createRounds() } = dependencies
  const bounds = {
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersTimeoutMs,
    connectionsCheckingInterval: Math.min(5000, limits.headersTimeoutMs),
  }
  const app = fastify({
    logger: false,
    bodyLimit: limits.maxBodyBytes,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    ...(tls ? { https: { ...bounds, ...tlsOptions(tls, limits) } } : { http: bounds }),
    clientErrorHandler: refuseUnreadable,
    // No request has a body that a schema describes. Without these fastify loads the compilers of its own, at each start.
    schemaController: {
      compilersFactory: { buildValidator: () => noSchema, buildSerializer: () => noSchema },
    },
    // Paths are compared as they stand in the request (see parseEndpoint), so the router has nothing to decide.
    rewriteUrl: () => '/',
  })
  app.server.maxConnections = limits.maxConnections
  app.server.maxHeadersCount = limits.maxHeaders + 1
  // Node.js takes one connection each time the event loop comes round: with rounds in between those at the end of a queue of
  // them, of whom some want a script, would wait for as many rounds.
  app.server.on('connection', rounds.giveWay)
  const transfers = createTransfers(limits, rounds, pace, log, () => {
    // After the event loop came round the connection counts as idle.
    setImmediate(() => app.server.listening || app.server.closeIdleConnections())
  })

  const requests = createRateLimiter(limits.requests)
  const misses = createRateLimiter(limits.misses)
  const visits = new WeakMap<FastifyRequest, Visit>()
  const answers = createAnswers({ desk, log, transfers, advertised, securePort, authorityPem })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.addHook('onRequest', async (request, reply) => {
    const address = request.socket.remoteAddress ?? ''
    const now = Date.now()
    if (!requests.take(address, now) || !misses.has(address, now)) return refuseTooMany(reply)
    rounds.giveWay()
    const visit = receive(request, limits)
    if (visit.kind === 'refused') return visit.refuse(reply)
    visits.set(request, visit)
    return undefined
  })
  app.addHook('onResponse', async (request, reply) => {
    if (reply.statusCode === 404) misses.take(request.socket.remoteAddress ?? '', Date.now())
    if (!answers.isTransfer(request)) logAnswer(log, request, reply)
  })
  app.route({
    method: ['GET', 'HEAD', 'POST'],
    url: '/',
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      const visit = visits.get(request)
      return visit ? answers.answer(visit, request, reply) : notFound(reply)
    },
  })
  if (tls) logRefusedHandshakes(app.server, log, limits)
  app.setNotFoundHandler((_request, reply) => notFound(reply))
  app.setErrorHandler((error, _request, reply) => refuseError(error, reply, log))

  return { app, abortTransfers: (reason) => transfers.abortAll(reason) }
}

function noSchema(): never {
  throw new Error('no route of the boot listener has a schema')
}

/** TLS 1.2 is the newest that iPXE and most firmware speak. Of what both sides know AES-128 costs least. */
function tlsOptions({ certificatePem, keyPem }: BootTls, { headersTimeoutMs }: BootLimits) {
  return {
    cert: certificatePem,
    key: keyPem,
    minVersion: 'TLSv1.2',
    ciphers: `TLS_AES_128_GCM_SHA256:${DEFAULT_CIPHERS}`,
    handshakeTimeout: headersTimeoutMs,
  } as const
}

/**
 * A client that does not trust our certificate goes away in the middle of the handshake, mostly without a word: for
 * whoever looks why a host does not boot, that is the only trace. Some of one address, so that nobody fills the log.
 */
function logRefusedHandshakes(server: Server, log: Log, { handshakes }: BootLimits): void {
  const told = createRateLimiter(handshakes)
  const finished = new Set<string>()
  const peerOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`
  server.prependListener('connection', (socket: Socket) => {
    // Read now: of a connection that was reset nobody can tell any more whose it was.
    const [peer, address] = [peerOf(socket), plainAddress(socket.remoteAddress ?? '')]
    socket.once('close', () => {
      if (finished.delete(peer) || !told.take(address, Date.now())) return
      log.info({ address }, 'a client ended the TLS handshake; does it trust the certificate?')
    })
  })
  server.on('secureConnection', (socket: Socket) => finished.add(peerOf(socket)))
  server.on('tlsClientError', (_error: Error, socket: Socket) => socket.destroy())
}
