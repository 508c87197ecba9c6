import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { DashboardFile, DashboardFiles } from '../../ports/dashboard-files.ts'
import type { Random } from '../../ports/random.ts'

/** Addresses of the pages; which page it is, the script in it finds out. */
const PAGES = [
  '/',
  '/hosts',
  '/hosts/:name',
  '/throughput',
  '/inbox',
  '/installers',
  '/access',
  '/doctor',
  '/start',
] as const

const NONCE_PLACE = '%NONCE%'

/**
 * Adds the dashboard. Its files are open to everybody, for they hold nothing: what they show comes from the API, which
 * asks who is there. The policy of the page (CSP Level 3) allows scripts, styles and requests of this server only;
 * `style-src` has a nonce, because components add style elements at run time.
 */
export async function addDashboardRoutes(
  app: FastifyInstance,
  { page, files }: DashboardFiles,
  random: Random,
): Promise<void> {
  const open = (action: string) =>
    ({ schema: { hide: true }, config: { leastRole: 'open', action } }) as const
  for (const path of PAGES) {
    app.get(path, open('page.show'), async (_request, reply) => sendPage(reply, page, nonceOf(random)))
  }
  for (const [path, file] of files) {
    app.get(path, open('page.file'), async (request, reply) => sendFile(request, reply, file))
  }
}

function nonceOf(random: Random): string {
  return Buffer.from(random.bytes(16)).toString('base64')
}

function sendPage(reply: FastifyReply, page: string, nonce: string): FastifyReply {
  return reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', policyOf(nonce))
    .send(page.replaceAll(NONCE_PLACE, nonce))
}

function policyOf(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    // Screenshots of consoles come from the API and are shown as blobs.
    "img-src 'self' blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
}

async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  file: DashboardFile,
): Promise<FastifyReply> {
  const takesGzip = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
  reply.type(file.mediaType).header('vary', 'accept-encoding')
  reply.header(
    'cache-control',
    file.isImmutable ? 'public, max-age=31536000, immutable' : 'public, max-age=3600',
  )
  const compressed = takesGzip ? await file.gzip() : undefined
  if (compressed) return reply.header('content-encoding', 'gzip').send(compressed)
  return reply.send(file.bytes)
}
