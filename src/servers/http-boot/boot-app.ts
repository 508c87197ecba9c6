import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify'
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
import { createTransfers } from './transfers.ts'

export interface BootAppDependencies {
  readonly desk: BootDesk
  readonly log: Log
  readonly limits: BootLimits
  readonly advertised?: Authority | undefined
}

/** The boot listener without its socket, so that answers can be looked at without one. */
export interface BootApp {
  readonly app: FastifyInstance
  /** Ends all transfers, now and from now on. */
  abortTransfers(reason: string): void
}

/** Puts fastify together: sizes and times of requests, reception, answers, log. */
export function createBootApp({ desk, log, limits, advertised }: BootAppDependencies): BootApp {
  const app = fastify({
    logger: false,
    bodyLimit: limits.maxBodyBytes,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    http: {
      maxHeaderSize: limits.maxHeaderBytes,
      headersTimeout: limits.headersTimeoutMs,
      connectionsCheckingInterval: Math.min(5000, limits.headersTimeoutMs),
    },
    clientErrorHandler: refuseUnreadable,
    // Paths are compared as they stand in the request (see parseEndpoint), so the router has nothing to decide.
    rewriteUrl: () => '/',
  })
  app.server.maxConnections = limits.maxConnections
  app.server.maxHeadersCount = limits.maxHeaders + 1
  const transfers = createTransfers(limits, log, () => {
    // After the event loop came round the connection counts as idle.
    setImmediate(() => app.server.listening || app.server.closeIdleConnections())
  })

  const requests = createRateLimiter(limits.requests)
  const misses = createRateLimiter(limits.misses)
  const visits = new WeakMap<FastifyRequest, Visit>()
  const answers = createAnswers({ desk, log, transfers, advertised })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.addHook('onRequest', async (request, reply) => {
    const address = request.socket.remoteAddress ?? ''
    const now = Date.now()
    if (!requests.take(address, now) || !misses.has(address, now)) return refuseTooMany(reply)
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
  app.setNotFoundHandler((_request, reply) => notFound(reply))
  app.setErrorHandler((error, _request, reply) => refuseError(error, reply, log))

  return { app, abortTransfers: (reason) => transfers.abortAll(reason) }
}
