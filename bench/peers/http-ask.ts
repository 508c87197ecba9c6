import { once } from 'node:events'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { Certificate } from './certificate.ts'

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** One small request over a connection of its own. Rejects when there is no whole answer. */
export async function ask(
  url: string,
  {
    method = 'GET',
    certificate,
  }: { readonly method?: string; readonly certificate?: Certificate | undefined } = {},
): Promise<Answer> {
  const request = url.startsWith('https:')
    ? requestHttps(url, { method, agent: false, ca: certificate?.certificatePem })
    : requestHttp(url, { method, agent: false })
  request.end()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  let text = ''
  for await (const piece of response.setEncoding('utf8')) text += piece
  return { status: response.statusCode ?? 0, headers: response.headers, text }
}
