import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isFailure } from '../../../domain/failure.ts'
import type { Access } from '../access.ts'
import { PAGE_POLICY, renderFrontPage, renderLoginPage } from '../pages.ts'

const MAX_FORM_BYTES = 4096

/** The pages for people with a browser: log in, and what stands at `/` where there is no dashboard. */
export async function loginRoutes(
  app: FastifyInstance,
  { access, hasDashboard }: { readonly access: Access; readonly hasDashboard: boolean },
): Promise<void> {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: MAX_FORM_BYTES },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  )
  const schema = { hide: true }
  app.get(
    '/login',
    { schema, config: { leastRole: 'open', action: 'session.begin' } },
    async (_request, reply) => sendPage(reply, 200, renderLoginPage()),
  )
  app.post(
    '/login',
    { schema, config: { leastRole: 'open', action: 'session.begin' } },
    async (request, reply) => {
      try {
        if (await access.logIn(request, reply, tokenOf(request))) return reply.redirect('/', 303)
        return sendPage(reply, 401, renderLoginPage('This token is unknown, revoked or expired.'))
      } catch (error) {
        if (!isFailure(error, 'auth.throttled')) throw error
        const seconds = Math.ceil(Number(error.details['retryAfterMs']) / 1000)
        reply.header('retry-after', seconds)
        return sendPage(
          reply,
          429,
          renderLoginPage(`Too many failed attempts. Try again in ${seconds} seconds.`),
        )
      }
    },
  )
  if (hasDashboard) return
  app.get('/', { schema, config: { leastRole: 'open', action: 'page.front' } }, async (_request, reply) =>
    sendPage(reply, 200, renderFrontPage()),
  )
}

function tokenOf({ body }: FastifyRequest): string {
  return body instanceof URLSearchParams ? (body.get('token') ?? '').trim() : ''
}

function sendPage(reply: FastifyReply, status: number, html: string): FastifyReply {
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .header('content-security-policy', PAGE_POLICY)
    .send(html)
}
