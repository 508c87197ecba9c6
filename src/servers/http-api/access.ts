import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Failure } from '../../domain/failure.ts'
import type { ApiRole } from '../../ports/authenticator.ts'
import { type AuditDependencies, reportToAudit } from './audit-report.ts'
import {
  type Caller,
  type CredentialDependencies,
  type Credentials,
  createCredentials,
} from './credentials.ts'
import { createHostCheck, refuseTokenInUrl } from './reception.ts'

const ROLES: readonly ApiRole[] = ['viewer', 'operator', 'admin']

/** Who may do what: tokens, sessions, roles. */
export interface Access extends Pick<Credentials, 'logIn' | 'logOut'> {
  /** Whoever passed the guard of the route. */
  callerOf(request: FastifyRequest): Caller
}

export interface AccessDependencies extends CredentialDependencies, AuditDependencies {
  /** Names under which this server may be asked, besides loopback. */
  readonly names: readonly string[]
}

/** Puts the guard in front of every route of the application. */
export function guard(app: FastifyInstance, dependencies: AccessDependencies): Access {
  const checkHost = createHostCheck(dependencies.names)
  const { identify, logIn, logOut } = createCredentials(dependencies)
  const callers = new WeakMap<FastifyRequest, Caller>()

  app.addHook('onRequest', async (request) => {
    checkHost(request)
    refuseTokenInUrl(request.url)
    const leastRole = request.routeOptions.config.leastRole ?? 'admin'
    if (request.is404 || leastRole === 'open') return
    const caller = await identify(request)
    callers.set(request, caller)
    requireRole(caller, leastRole)
  })
  reportToAudit(app, dependencies, (request) => callers.get(request))
  return {
    logIn,
    logOut,
    callerOf(request) {
      const caller = callers.get(request)
      if (!caller) throw new Failure('internal', 'a route that is open to everybody asked who is there')
      return caller
    },
  }
}

function requireRole({ identity }: Caller, leastRole: ApiRole): void {
  if (ROLES.indexOf(identity.role) >= ROLES.indexOf(leastRole)) return
  throw new Failure(
    'auth.forbidden',
    `this needs the role ${leastRole}, and token ${identity.name} has ${identity.role}`,
  )
}
