import { randomBytes } from 'node:crypto'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import type { BootDesk, ServedArtifact } from '../../ports/boot-desk.ts'
import type { Log } from '../../ports/log.ts'
import { answerArtifact } from './artifact-answer.ts'
import { type Authority, describeClient } from './client.ts'
import type { BootLimits } from './limits.ts'
import { parsePhoneHome } from './phone-home.ts'
import {
  logAnswer,
  notFound,
  receive,
  refuseError,
  refuseUnreadable,
  sendText,
  type Visit,
} from './reception.ts'
import { parseScriptQuery } from './script-query.ts'
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

const ISO_UNAVAILABLE =
  'The installer ISO changed or cannot be read any more. Put the original file back, or start again with the new one.\n'

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

  const visits = new WeakMap<FastifyRequest, Visit>()
  const transferred = new WeakSet<FastifyRequest>()
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.addHook('onRequest', async (request, reply) => {
    const visit = receive(request, limits)
    if (visit.kind === 'refused') return visit.refuse(reply)
    visits.set(request, visit)
    return undefined
  })
  app.addHook('onResponse', async (request, reply) => {
    if (!transferred.has(request)) logAnswer(log, request, reply)
  })
  app.route({
    method: ['GET', 'HEAD', 'POST'],
    url: '/',
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      const visit = visits.get(request)
      return visit ? answer(visit, request, reply) : notFound(reply)
    },
  })
  app.setNotFoundHandler((_request, reply) => notFound(reply))
  app.setErrorHandler((error, _request, reply) => refuseError(error, reply, log))

  async function answer(
    { endpoint, query }: Visit,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const client = describeClient(request.raw, advertised)
    switch (endpoint.kind) {
      case 'health':
        return sendText(reply, 200, 'ok\n')
      case 'boot-script':
        return sendText(reply, 200, desk.bootScript(client))
      case 'host-script': {
        const { script, retryAfterSeconds } = await desk.hostScript(parseScriptQuery(query), client)
        if (retryAfterSeconds === undefined) return sendText(reply, 200, script)
        return sendText(reply.header('retry-after', String(Math.ceil(retryAfterSeconds))), 503, script)
      }
      case 'boot-artifact':
        return serve(desk.artifact(endpoint.bootId, endpoint.name), false, request, reply)
      case 'digest-artifact':
        return serve(desk.artifactByDigest(endpoint.sha256, endpoint.name), true, request, reply)
      case 'classic-artifact':
        return serve(desk.classicArtifact(endpoint.name, client), false, request, reply)
      case 'user-data': {
        const found = await desk.userData(endpoint.token, client)
        return found ? sendText(reply, 200, found.document) : notFound(reply)
      }
      case 'classic-user-data': {
        const found = await desk.classicUserData(client)
        return found ? sendText(reply, 200, found.document) : notFound(reply)
      }
      case 'events': {
        const told = request.body instanceof Uint8Array ? parsePhoneHome(request.body) : undefined
        if (!told) return sendText(reply, 400, 'expected {"stage": "a-z0-9._-", "detail": "text"}\n')
        const outcome = await desk.phoneHome(endpoint.token, told.stage, told.detail, client)
        return outcome === 'accepted' ? reply.code(204).send() : notFound(reply)
      }
    }
  }

  async function serve(
    artifact: ServedArtifact | undefined,
    immutable: boolean,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    if (!artifact) return notFound(reply)
    try {
      await artifact.blob.verify()
    } catch (error) {
      log.error({ err: error, role: artifact.role }, 'the installer ISO cannot be served')
      return sendText(reply, 503, ISO_UNAVAILABLE)
    }
    const { headers, socket } = request.raw
    const asked = {
      method: request.method === 'HEAD' ? 'HEAD' : 'GET',
      range: headers.range,
      ifRange: headers['if-range']?.toString(),
      ifMatch: headers['if-match'],
      ifNoneMatch: headers['if-none-match'],
      ifModifiedSince: headers['if-modified-since'],
      ifUnmodifiedSince: headers['if-unmodified-since'],
      immutable,
    } as const
    const answered = answerArtifact(asked, artifact, Date.now(), randomBytes(16).toString('hex'))
    reply.hijack()
    if (answered.parts.length === 0) {
      reply.raw.writeHead(answered.status, answered.headers).end()
      return reply
    }
    transferred.add(request)
    const result = await transfers.send(socket, reply.raw, artifact, answered)
    logAnswer(log, request, reply, result)
    return reply
  }

  return { app, abortTransfers: (reason) => transfers.abortAll(reason) }
}
