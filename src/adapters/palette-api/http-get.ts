import { type Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { PaletteTrouble } from '../../domain/palette-answer.ts'

export interface HttpAnswer {
  readonly status: number
  readonly body: Uint8Array
  readonly retryAfter?: string
  /** Its clock, as the header `Date` says it. */
  readonly date?: string
}

/** Why a call came to nothing. */
export class CallTrouble extends Error {
  readonly trouble: PaletteTrouble

  constructor(trouble: PaletteTrouble, message: string) {
    super(message)
    this.name = 'CallTrouble'
    this.trouble = trouble
  }
}

export interface GetOptions {
  readonly url: string
  readonly agent: Agent
  readonly headers: Readonly<Record<string, string>>
  /** From the start to the last byte, in milliseconds. */
  readonly timeoutMs: number
  readonly maxBytes: number
}

/**
 * One GET, bounded in time and size, redirects not followed. Throws CallTrouble, or the reason of the signal. Node's
 * own client instead of `fetch`, which cannot be told of a certificate authority without a further package.
 */
export async function httpGet(options: GetOptions, signal: AbortSignal): Promise<HttpAnswer> {
  signal.throwIfAborted()
  const late = AbortSignal.timeout(options.timeoutMs)
  try {
    const response = await send(options, AbortSignal.any([signal, late]))
    const { statusCode: status = 0, headers } = response
    const body = await readBody(response, options.maxBytes)
    const { date, 'retry-after': retryAfter } = headers
    return {
      ...{ status, body },
      ...(retryAfter === undefined ? {} : { retryAfter }),
      ...(date === undefined ? {} : { date }),
    }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof CallTrouble) throw error
    if (late.aborted) throw new CallTrouble('slow', `no whole answer within ${options.timeoutMs / 1000} s`)
    throw explain(error as NodeJS.ErrnoException)
  }
}

function send({ url, agent, headers }: GetOptions, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const begin = url.startsWith('https:') ? httpsRequest : httpRequest
    const request = begin(url, {
      agent,
      signal,
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        'user-agent': 'edgeboot',
        ...headers,
      },
    })
    request.on('response', resolve)
    request.on('error', reject)
    request.end()
  })
}

async function readBody(response: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop early destroys the connection, so that nothing more is received.
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > maxBytes)
      throw new CallTrouble('malformed', `it answers with more than ${maxBytes} bytes; look at the endpoint`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function explain(error: NodeJS.ErrnoException): CallTrouble {
  const { code = '', message } = error
  if (/CERT|SIGNATURE|ISSUER|ALTNAME/.test(code))
    return new CallTrouble(
      'unreachable',
      `its certificate is not trusted (${code}); name the file of its certificate authority with --palette-ca-file`,
    )
  if (code === 'EPROTO' || code.startsWith('ERR_SSL'))
    return new CallTrouble('unreachable', `it does not speak TLS as expected (${code})`)
  if (code.startsWith('HPE_')) return new CallTrouble('malformed', `it does not speak HTTP (${code})`)
  return new CallTrouble('unreachable', `no connection (${code || message})`)
}
