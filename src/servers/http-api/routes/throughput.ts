import { Throughput, ThroughputQuery } from '../../../contract/throughput.ts'
import { type ApiInstance, operation, type RouteTools } from '../route.ts'

/** How much is sent. */
export async function throughputRoutes(app: ApiInstance, { desk }: RouteTools): Promise<void> {
  app.get(
    '/throughput',
    operation(
      'viewer',
      {
        action: 'throughput.show',
        tag: 'observation',
        summary: 'What was sent to hosts in the last hour, and what keeps downloads from being faster.',
        description:
          'A sample each 5 s. With `after` only those that ended later; the bottleneck is always that of now.',
      },
      { querystring: ThroughputQuery, response: { 200: Throughput } },
    ),
    async ({ query }) => await desk.throughput(query.after),
  )
}
