import type { FastifyRequest } from 'fastify'
import { DesiredFleet, FleetPlan, FleetQuery, FleetView, MAX_FLEET_BYTES } from '../../../contract/fleet.ts'
import type { FailureCode } from '../../../domain/failure.ts'
import { parseIfMatch } from '../entity-tags.ts'
import { type ApiInstance, operation, type RouteTools } from '../route.ts'

const tag = 'fleet'
const REFUSALS: readonly FailureCode[] = [
  'fleet.invalid',
  'user-data.invalid',
  'kernel-line.invalid',
  'blob.not-found',
  'request.too-large',
  'request.unsupported',
]

/** What hosts shall be. */
export async function fleetRoutes(app: ApiInstance, { desk, access }: RouteTools): Promise<void> {
  const planOptions = (request: FastifyRequest, { prune }: { readonly prune: 'true' | 'false' }) => ({
    prune: prune === 'true',
    mayAddInstallers: access.callerOf(request).identity.role === 'admin',
  })
  app.get(
    '/fleet',
    operation(
      'viewer',
      {
        action: 'fleet.show',
        tag,
        summary: 'What is in force, without user-data and with secrets masked.',
        description: 'The `ETag` is the version to give as `If-Match` when applying.',
      },
      { response: { 200: FleetView } },
    ),
    async (_request, reply) => {
      const fleet = await desk.fleet()
      reply.header('etag', `"${fleet.version}"`)
      return fleet
    },
  )
  app.post('/fleet/plan', {
    bodyLimit: MAX_FLEET_BYTES,
    ...operation(
      'operator',
      {
        action: 'fleet.plan',
        tag,
        summary: 'What applying this fleet would change. Changes nothing.',
        errors: REFUSALS,
        changesNothing: true,
      },
      { querystring: FleetQuery, body: DesiredFleet, response: { 200: FleetPlan } },
    ),
    handler: async (request) => await desk.planFleet(request.body, planOptions(request, request.query)),
  })
  app.put('/fleet', {
    bodyLimit: MAX_FLEET_BYTES,
    ...operation(
      'operator',
      {
        action: 'fleet.apply',
        tag,
        summary: 'Makes this the fleet in force; safe to repeat.',
        description:
          'Installers that are not registered yet need the role `admin`, because they name files of the server. ' +
          'With `If-Match` only if that is still the version in force, 412 otherwise.',
        errors: [...REFUSALS, 'fleet.changed'],
      },
      { querystring: FleetQuery, body: DesiredFleet, response: { 200: FleetPlan } },
    ),
    handler: async (request, reply) => {
      const plan = await desk.applyFleet(request.body, {
        ifVersion: parseIfMatch(request.headers['if-match']),
        ...planOptions(request, request.query),
        actor: access.callerOf(request).actor,
      })
      reply.header('etag', `"${plan.version}"`)
      return plan
    },
  })
}
