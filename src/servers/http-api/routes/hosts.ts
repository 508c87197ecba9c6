import { z } from 'zod'
import { BootRecords } from '../../../contract/boots.ts'
import {
  HostDetail,
  HostLogQuery,
  HostPage,
  HostParams,
  HostsQuery,
  SerialLogQuery,
} from '../../../contract/hosts.ts'
import { isKnownVersion } from '../entity-tags.ts'
import { type ApiInstance, mediaResponse, operation, type RouteTools } from '../route.ts'
import { wireDetail } from '../wire.ts'

const tag = 'hosts'
const LAST_EVENT_HEADER = 'x-edgeboot-last-event-id'
const RENDERED_HEADER = 'x-edgeboot-rendered'

/** Looking at hosts. */
export async function hostRoutes(app: ApiInstance, { desk }: RouteTools): Promise<void> {
  app.get(
    '/hosts',
    operation(
      'viewer',
      {
        action: 'host.list',
        tag,
        summary: 'Hosts in order of name, a page at a time.',
        description: `The header \`${LAST_EVENT_HEADER}\` is the id of the event after which the hosts were as the page shows them: with that of the first page as \`after\`, \`/events\` tells all that happened since.`,
      },
      { querystring: HostsQuery, response: { 200: HostPage } },
    ),
    async ({ query: { after, limit, ...filter } }, reply) => {
      const { lastEventId, ...page } = await desk.hosts(filter, { after, limit })
      reply.header(LAST_EVENT_HEADER, lastEventId)
      return page
    },
  )
  app.get(
    '/hosts/:name',
    operation(
      'viewer',
      {
        action: 'host.show',
        tag,
        summary: 'One host with its definition, history and newest events.',
        description:
          'Carries an `ETag`; with `If-None-Match` it is answered 304 as long as nothing has changed.',
        errors: ['host.not-found'],
      },
      { params: HostParams, response: { 200: HostDetail, 304: z.null().describe('Nothing has changed.') } },
    ),
    async (request, reply) => {
      const detail = await desk.host(request.params.name)
      reply.header('etag', `"${detail.version}"`)
      if (isKnownVersion(request.headers['if-none-match'], detail.version)) return reply.code(304).send(null)
      return wireDetail(detail)
    },
  )
  app.get(
    '/hosts/:name/boots',
    operation(
      'viewer',
      {
        action: 'host.boots',
        tag,
        summary: 'Its last boots, newest first, beside what hosts like it usually take.',
        description:
          'At most 20. `usual` has medians over the last complete boots of the other hosts of its profile, or of all ' +
          'others where it has none.',
        errors: ['host.not-found'],
      },
      { params: HostParams, response: { 200: BootRecords } },
    ),
    async ({ params }) => await desk.boots(params.name),
  )
  // Consoles show the kernel line with the address of the configuration, so looking at them is not for viewers.
  app.get(
    '/hosts/:name/screenshot',
    operation(
      'operator',
      {
        action: 'host.screenshot',
        tag,
        summary: 'A picture of the console as it is now.',
        errors: ['host.not-found', 'machine.wrong-state', 'driver.unreachable', 'driver.timeout'],
      },
      { params: HostParams, response: { 200: mediaResponse('The picture.', 'image/png', z.any()) } },
    ),
    async (request, reply) =>
      reply.type('image/png').send(Buffer.from(await desk.screenshot(request.params.name))),
  )
  app.get(
    '/hosts/:name/serial-log',
    operation(
      'operator',
      {
        action: 'host.serial-log',
        tag,
        summary: 'The end of what the host wrote to its serial console.',
        errors: ['host.not-found'],
      },
      {
        params: HostParams,
        querystring: SerialLogQuery,
        response: { 200: mediaResponse('The text.', 'text/plain', z.string()) },
      },
    ),
    async (request, reply) =>
      reply
        .type('text/plain; charset=utf-8')
        .send(await desk.serialLog(request.params.name, request.query.tailBytes)),
  )
  app.get(
    '/hosts/:name/log',
    operation(
      'operator',
      {
        action: 'host.log',
        tag,
        summary: 'The end of what the host wrote to its serial console or sent over the network.',
        errors: ['host.not-found'],
      },
      {
        params: HostParams,
        querystring: HostLogQuery,
        response: { 200: mediaResponse('The text.', 'text/plain', z.string()) },
      },
    ),
    async (request, reply) =>
      reply
        .type('text/plain; charset=utf-8')
        .send(await desk.hostLog(request.params.name, request.query.source, request.query.tailBytes)),
  )
  const served = [
    {
      url: '/hosts/:name/script',
      action: 'host.script',
      summary: 'The iPXE script it was handed to install in its present boot, secrets masked.',
      find: (name: string) => desk.hostScript(name),
    },
    {
      url: '/hosts/:name/user-data',
      action: 'host.user-data',
      summary: 'The user-data it was handed in its present boot, secrets masked.',
      find: (name: string) => desk.hostUserData(name),
    },
  ]
  for (const { url, action, summary, find } of served) {
    app.get(
      url,
      operation(
        'operator',
        {
          action,
          tag,
          summary,
          description: `${summary} The header \`${RENDERED_HEADER}\` says \`as-served\` for exactly what it got, and \`now\` for what it would get as everything stands.`,
          errors: ['host.not-found', 'host.nothing-served'],
        },
        { params: HostParams, response: { 200: mediaResponse('The text.', 'text/plain', z.string()) } },
      ),
      async ({ params }, reply) => {
        const { text, rendered } = await find(params.name)
        return reply.type('text/plain; charset=utf-8').header(RENDERED_HEADER, rendered).send(text)
      },
    )
  }
}
