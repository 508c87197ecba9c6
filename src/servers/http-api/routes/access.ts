import {
  AuditPage,
  AuditQuery,
  CreatedToken,
  CreateTokenRequest,
  Session,
  TokenList,
  TokenParams,
} from '../../../contract/access.ts'
import { Done } from '../../../contract/common.ts'
import { type ApiInstance, operation, type RouteTools } from '../route.ts'

const tag = 'access'

/** Tokens, the session of who is asking, and who did what. */
export async function accessRoutes(app: ApiInstance, { desk, access }: RouteTools): Promise<void> {
  app.get(
    '/tokens',
    operation(
      'admin',
      { action: 'token.list', tag, summary: 'All tokens, revoked ones included, without their secrets.' },
      { response: { 200: TokenList } },
    ),
    async () => ({ items: await desk.tokens() }),
  )
  app.post(
    '/tokens',
    operation(
      'admin',
      {
        action: 'token.create',
        tag,
        summary: 'Makes a token. The answer is the only place where its secret is ever shown.',
        errors: ['token.name-taken'],
      },
      { body: CreateTokenRequest, response: { 200: CreatedToken } },
    ),
    async (request) => await desk.createToken(request.body, access.callerOf(request).actor),
  )
  app.delete(
    '/tokens/:name',
    operation(
      'admin',
      {
        action: 'token.revoke',
        tag,
        summary: 'Revokes a token; its sessions end with it.',
        errors: ['token.not-found'],
      },
      { params: TokenParams, response: { 200: Done } },
    ),
    async (request) => {
      await desk.revokeToken(request.params.name, access.callerOf(request).actor)
      return { done: true as const }
    },
  )
  app.get(
    '/audit',
    operation(
      'admin',
      { action: 'audit.list', tag, summary: 'Every change and every refused access, newest first.' },
      { querystring: AuditQuery, response: { 200: AuditPage } },
    ),
    async ({ query: { after, limit, ...filter } }) => await desk.audit(filter, { after, limit }),
  )
  app.get(
    '/session',
    operation(
      'viewer',
      { action: 'session.show', tag, summary: 'Who is asking, and for a session its CSRF token.' },
      { response: { 200: Session } },
    ),
    async (request) => {
      const { identity, session } = access.callerOf(request)
      return session
        ? { ...identity, csrfToken: session.csrfToken, expiresAt: session.expiresAt }
        : { ...identity }
    },
  )
  app.delete(
    '/session',
    operation(
      'viewer',
      { action: 'session.end', tag, summary: 'Logs out.', changesNothing: true },
      { response: { 200: Done } },
    ),
    async (request, reply) => {
      await access.logOut(request, reply)
      return { done: true as const }
    },
  )
}
