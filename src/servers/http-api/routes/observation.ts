import { z } from 'zod'
import { Readiness } from '../../../contract/access.ts'
import { type ApiInstance, mediaResponse, operation, type RouteTools } from '../route.ts'

const tag = 'observation'

/** For those who watch over the server. */
export async function observationRoutes(app: ApiInstance, { desk }: RouteTools): Promise<void> {
  app.get(
    '/metrics',
    operation(
      'viewer',
      { action: 'metrics.show', tag, summary: 'Metrics in the text format of Prometheus.' },
      { response: { 200: mediaResponse('The metrics.', 'text/plain', z.string()) } },
    ),
    async (_request, reply) =>
      reply.type('text/plain; version=0.0.4; charset=utf-8').send(await desk.metrics()),
  )
  app.get(
    '/healthz',
    operation(
      'open',
      { action: 'health.show', tag, summary: 'Whether the process answers at all.' },
      { response: { 200: mediaResponse('It does.', 'text/plain', z.string()) } },
    ),
    async (_request, reply) => reply.type('text/plain; charset=utf-8').send('ok\n'),
  )
  app.get(
    '/readyz',
    operation(
      'open',
      { action: 'readiness.show', tag, summary: 'Whether it is of use to send requests here.' },
      { response: { 200: Readiness, 503: Readiness } },
    ),
    async (_request, reply) => {
      const readiness = await desk.readiness()
      return reply.code(readiness.ready ? 200 : 503).send(readiness)
    },
  )
}
