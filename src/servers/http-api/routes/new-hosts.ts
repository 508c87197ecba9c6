import { AddHostsRequest, FleetPlan } from '../../../contract/fleet.ts'
import { type ApiInstance, operation, type RouteTools } from '../route.ts'

/** Bytes of a request with a document of a million characters, each of which JSON may write as `\u001b`. */
const MAX_ADD_BYTES = 7 * 1024 * 1024

/** Hosts without a fleet file. */
export async function newHostRoutes(app: ApiInstance, { desk, access }: RouteTools): Promise<void> {
  app.post('/hosts', {
    bodyLimit: MAX_ADD_BYTES,
    ...operation(
      'operator',
      {
        action: 'host.add',
        tag: 'hosts',
        summary: 'Adds hosts that differ in nothing but their names to the fleet in force.',
        errors: [
          'host.name-taken',
          'installer.not-found',
          'user-data.invalid',
          'fleet.invalid',
          'fleet.changed',
          'machine.exists-differently',
        ],
      },
      { body: AddHostsRequest, response: { 200: FleetPlan } },
    ),
    handler: async (request) => await desk.addHosts(request.body, access.callerOf(request).actor),
  })
}
