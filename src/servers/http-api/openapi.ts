import { fastifySwagger } from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { CSRF_HEADER } from './credentials.ts'

/** Has every route written down from its shapes; routes have to be added afterwards. */
export async function describeApi(app: FastifyInstance): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Edgeboot control API',
        version: '1',
        description:
          'Times are epoch milliseconds. Lists come in pages: give `next` as `after`. Whatever goes wrong is told as ' +
          'problem details (RFC 9457) with a `code` that stays the same.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      tags: [
        { name: 'hosts', description: 'Inventory and life of hosts' },
        { name: 'fleet', description: 'What hosts shall be' },
        { name: 'events', description: 'What happened and happens' },
        { name: 'discovered', description: 'Machines nobody has defined' },
        { name: 'installers', description: 'Registered ISOs' },
        { name: 'access', description: 'Tokens, session, audit log' },
        { name: 'observation', description: 'For those who watch over the server' },
      ],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'A token of `edgeboot token create`.' },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: 'edgeboot-session',
            description: 'Set by `/login`; `__Host-edgeboot` under TLS.',
          },
          csrf: {
            type: 'apiKey',
            in: 'header',
            name: CSRF_HEADER,
            description: 'With a session, for everything but GET: `csrfToken` of `GET /api/v1/session`.',
          },
        },
      },
    },
    transform: transformWithExamples,
    transformObject: jsonSchemaTransformObject,
  })
}

type Contents = Readonly<Record<string, { readonly schema?: object; examples?: unknown }>>
type Responses = Readonly<Record<string, { readonly content?: Contents } | undefined>>

/** The transformation of the library loses examples that stand beside a schema; they are put back. */
const transformWithExamples: typeof jsonSchemaTransform = (document) => {
  const transformed = jsonSchemaTransform(document)
  const before = (('schema' in document ? document.schema?.response : undefined) ?? {}) as Responses
  const after = ((transformed.schema as { response?: unknown }).response ?? {}) as Responses
  for (const [status, response] of Object.entries(before)) {
    for (const [mediaType, { examples }] of Object.entries(response?.content ?? {})) {
      const media = after[status]?.content?.[mediaType]
      if (media && examples) media.examples = examples
    }
  }
  return transformed
}
