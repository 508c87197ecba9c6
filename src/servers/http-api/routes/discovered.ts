import { Done, PageQuery } from '../../../contract/common.ts'
import { AdoptRequest, DiscoveredPage, DiscoveredParams } from '../../../contract/discovered.ts'
import { HostDetail } from '../../../contract/hosts.ts'
import { type ApiInstance, operation, type RouteTools } from '../route.ts'
import { wireDetail } from '../wire.ts'

const tag = 'discovered'

/** The inbox of machines that nobody has defined. */
export async function discoveredRoutes(app: ApiInstance, { desk, access }: RouteTools): Promise<void> {
  app.get(
    '/discovered',
    operation(
      'viewer',
      { action: 'discovered.list', tag, summary: 'Machines nobody has defined, with all they told.' },
      { querystring: PageQuery, response: { 200: DiscoveredPage } },
    ),
    async ({ query }) => await desk.discovered(query),
  )
  app.post(
    '/discovered/:id/adopt',
    operation(
      'operator',
      {
        action: 'discovered.adopt',
        tag,
        summary: 'Makes a host of it.',
        errors: ['discovered.not-found', 'host.name-taken', 'fleet.invalid'],
      },
      { params: DiscoveredParams, body: AdoptRequest, response: { 200: HostDetail } },
    ),
    async (request) =>
      wireDetail(await desk.adopt(request.params.id, request.body, access.callerOf(request).actor)),
  )
  app.delete(
    '/discovered/:id',
    operation(
      'operator',
      {
        action: 'discovered.forget',
        tag,
        summary: 'Takes it out of the inbox.',
        errors: ['discovered.not-found'],
      },
      { params: DiscoveredParams, response: { 200: Done } },
    ),
    async (request) => {
      await desk.forget(request.params.id, access.callerOf(request).actor)
      return { done: true as const }
    },
  )
}
