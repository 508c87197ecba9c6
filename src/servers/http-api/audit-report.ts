import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Failure } from '../../domain/failure.ts'
import type { AuditSink } from '../../ports/authenticator.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import type { ControlLimits } from './limits.ts'
import { createThrottle, throttleKey } from './throttle.ts'

export interface AuditDependencies {
  readonly audit: AuditSink
  readonly clock: Clock
  readonly log: Log
  readonly limits: ControlLimits
}

/** Tells of every change and every refused access before the answer leaves. */
export function reportToAudit(
  app: FastifyInstance,
  { audit, clock, log, limits }: AuditDependencies,
  callerOf: (request: FastifyRequest) => { readonly actor: string } | undefined,
): void {
  // Strangers could fill the audit log with refusals; beyond this many per address only the log counts them.
  const refusals = createThrottle(clock, limits.maxAttempts, limits.attemptWindowMs)
  const codes = new WeakMap<FastifyRequest, string>()
  app.addHook('onError', async (request, _reply, error) => {
    if (error instanceof Failure) codes.set(request, error.code)
  })
  app.addHook('onSend', async (request, reply) => {
    const { action = 'unknown', changesNothing } = request.routeOptions.config
    const status = reply.statusCode
    const caller = callerOf(request)
    const isRefused = status === 401 || status === 403 || status === 429
    const isChange = caller !== undefined && !isReading(request) && !changesNothing
    if (!isRefused && !isChange) return
    if (isRefused && !refusals.note(throttleKey(request.ip))) return
    const code = codes.get(request)
    try {
      await audit({
        who: caller?.actor ?? request.ip,
        action,
        object: objectOf(request),
        outcome: status < 400 ? 'done' : 'refused',
        detail: { address: request.ip, status, ...(code === undefined ? {} : { code }) },
      })
    } catch (error) {
      log.error({ err: error, action }, 'the audit log could not be written')
    }
  })
}

function objectOf(request: FastifyRequest): string {
  const params = (request.params ?? {}) as Readonly<Record<'name' | 'id' | 'fileName', unknown>>
  const body = (request.body ?? {}) as { readonly name?: unknown }
  const object = params.name ?? params.id ?? params.fileName ?? body.name
  return typeof object === 'string' ? object.replace(/[^\x20-\x7e]/g, '?').slice(0, 256) : ''
}

/** True for requests that change nothing by their method. */
export function isReading(request: FastifyRequest): boolean {
  return request.method === 'GET' || request.method === 'HEAD'
}
