import { type FastifyInstance, type FastifyPluginCallback, type FastifyServerOptions, fastify } from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { Failure } from '../../domain/failure.ts'
import type { AuditSink, Authenticator } from '../../ports/authenticator.ts'
import type { Clock } from '../../ports/clock.ts'
import type { ControlDesk } from '../../ports/control/control-desk.ts'
import type { Log } from '../../ports/log.ts'
import type { Random } from '../../ports/random.ts'
import type { SessionStore } from '../../ports/session-store.ts'
import { guard } from './access.ts'
import { createEventStreams, type EventStreams } from './event-streams.ts'
import type { ControlLimits } from './limits.ts'
import { describeApi } from './openapi.ts'
import { failureOf, sendProblem } from './problem.ts'
import { addSecurityHeaders } from './reception.ts'
import { limitRequestTime } from './request-time.ts'
import { type ApiInstance, operation } from './route.ts'
import { aboutRoutes } from './routes/about.ts'
import { accessRoutes } from './routes/access.ts'
import { discoveredRoutes } from './routes/discovered.ts'
import { doctorRoutes } from './routes/doctor.ts'
import { eventRoutes } from './routes/events.ts'
import { fleetRoutes } from './routes/fleet.ts'
import { hostActionRoutes } from './routes/host-actions.ts'
import { hostRoutes } from './routes/hosts.ts'
import { installerRoutes } from './routes/installers.ts'
import { isoUploadRoute, type UploadTools } from './routes/iso-upload.ts'
import { loginRoutes } from './routes/login.ts'
import { netbootRoutes } from './routes/netboot.ts'
import { newHostRoutes } from './routes/new-hosts.ts'
import { observationRoutes } from './routes/observation.ts'
import { throughputRoutes } from './routes/throughput.ts'
import { userDataRoutes } from './routes/user-data.ts'

/** Certificate chain and key, as PEM. */
export interface TlsFiles {
  readonly certificatePem: string
  readonly keyPem: string
}

export interface ControlAppDependencies {
  readonly desk: ControlDesk
  readonly authenticator: Authenticator
  readonly sessions: SessionStore
  readonly audit: AuditSink
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly limits: ControlLimits
  /** Names and addresses under which this server may be asked, besides loopback and the address connected to. */
  readonly names: readonly string[]
  readonly tls?: TlsFiles | undefined
  /**
   * Adds the routes of the dashboard, `/` among them. They are guarded like all others: `config.leastRole` of a
   * route says who is let in, and it is `admin` where it says nothing.
   */
  readonly addDashboard?: ((app: FastifyInstance) => Promise<void>) | undefined
}

/** The control listener without its socket, so that answers can be looked at without one. */
export interface ControlApp {
  readonly app: FastifyInstance
  readonly streams: EventStreams
}

/** Puts fastify together: guard, description, routes, problems. */
export async function createControlApp(dependencies: ControlAppDependencies): Promise<ControlApp> {
  const { desk, log, limits, tls, addDashboard } = dependencies
  const app = createFastify(limits, tls)
  app.server.maxConnections = limits.maxConnections
  const requestTime = limitRequestTime(app.server, limits.requestTimeoutMs)
  app.addHook('onSend', async (_request, reply) => addSecurityHeaders(reply))
  app.setErrorHandler((error, request, reply) => {
    const failure = failureOf(error)
    if (failure.code === 'internal') log.error({ err: error, requestId: request.id }, 'request failed')
    return sendProblem(request, reply, failure)
  })
  app.setNotFoundHandler((request, reply) =>
    sendProblem(request, reply, new Failure('request.not-found', 'there is nothing at this address')),
  )
  const access = guard(app, { ...dependencies, isSecure: tls !== undefined })
  logAnswers(app, log)
  await describeApi(app)
  const streams = createEventStreams(desk, limits)
  app.addHook('preClose', async () => streams.closeAll())

  const tools = { desk, access, streams, requestTime, limits }
  await app.register(
    plugin((api) => apiRoutes(api, tools)),
    { prefix: '/api/v1' },
  )
  await app.register(plugin((api) => observationRoutes(api, tools)))
  await app.register(
    plugin((pages) => loginRoutes(pages, { access, hasDashboard: addDashboard !== undefined })),
  )
  if (addDashboard) await app.register(plugin(addDashboard))
  app.get(
    '/api/openapi.json',
    operation(
      'viewer',
      { action: 'api.describe', tag: 'observation', summary: 'This description, as OpenAPI 3.1.' },
      {},
    ),
    async () => app.swagger(),
  )
  await app.ready()
  return { app, streams }
}

/** Routes with a scope of their own: prefix and readers of bodies end with it. */
function plugin(add: (api: ApiInstance & FastifyInstance) => Promise<void>): FastifyPluginCallback {
  return (scope, _options, done) => {
    add(scope.withTypeProvider<ZodTypeProvider>() as ApiInstance & FastifyInstance).then(() => done(), done)
  }
}

async function apiRoutes(
  api: ApiInstance & FastifyInstance,
  tools: UploadTools & { readonly streams: EventStreams },
): Promise<void> {
  const parts = [
    aboutRoutes,
    hostRoutes,
    hostActionRoutes,
    fleetRoutes,
    discoveredRoutes,
    installerRoutes,
    (app: typeof api) => app.register(plugin((scope) => isoUploadRoute(scope, tools))),
    newHostRoutes,
    userDataRoutes,
    netbootRoutes,
    throughputRoutes,
    doctorRoutes,
    accessRoutes,
  ]
  for (const add of parts) await add(api, tools)
  await eventRoutes(api, tools)
}

/** Given to fastify and not set later: so it does not load the compilers of its own. Its types know no others. */
const COMPILERS = {
  compilersFactory: { buildValidator: () => validatorCompiler, buildSerializer: () => serializerCompiler },
} as unknown as NonNullable<FastifyServerOptions['schemaController']>

function createFastify(limits: ControlLimits, tls: TlsFiles | undefined): FastifyInstance {
  const http = {
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersTimeoutMs,
    connectionsCheckingInterval: Math.min(5000, limits.headersTimeoutMs),
  }
  const options = {
    logger: false,
    bodyLimit: limits.maxBodyBytes,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    // Names are up to 128 characters; longer ones are refused with a problem by their shapes.
    routerOptions: { maxParamLength: 512 },
    exposeHeadRoutes: false,
    schemaController: COMPILERS,
    return503OnClosing: true,
  }
  if (!tls) return fastify({ ...options, http })
  const https = { ...http, cert: tls.certificatePem, key: tls.keyPem, minVersion: 'TLSv1.2' as const }
  // Fastify has another type for HTTPS; routes do not care.
  return fastify({ ...options, https }) as unknown as FastifyInstance
}

/** One line per answer; never the query, which may hold what people look for. */
function logAnswers(app: FastifyInstance, log: Log): void {
  app.addHook('onResponse', async (request, reply) => {
    const fields = {
      requestId: request.id,
      method: request.method,
      path: request.url.replace(/\?.*$/s, '').slice(0, 300),
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      address: request.ip,
    }
    if (request.method === 'GET' && reply.statusCode < 400) log.debug(fields, 'answered')
    else log.info(fields, 'answered')
  })
}
