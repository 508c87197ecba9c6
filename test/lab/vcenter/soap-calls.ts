import type { IncomingMessage, ServerResponse } from 'node:http'
import { text as readText } from 'node:stream/consumers'
import { faultAnswer, faultTypeOf } from './answer.ts'
import { type Handler, type LabRequest, readLabRequest } from './lab-request.ts'
import type { Passage } from './passage.ts'
import { readSessionCookie } from './sessions.ts'

/** Answers SOAP calls over HTTP. */
export function createSoapCalls(
  passage: Passage,
  handle: Handler,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const gone = new AbortController()
    const { socket } = request
    response.once('close', () => gone.abort())
    const read = await readCall(request)
    if (!read) {
      const { status, headers, body } = faultAnswer({ type: 'InvalidRequest', message: 'no SOAP request' })
      response.writeHead(status, copyHeaders(headers)).end(body)
      return
    }
    const call: LabRequest = {
      ...read,
      session: readSessionCookie(request.headers.cookie),
      signal: gone.signal,
    }
    const { method, target, session } = call
    await passage(
      { method, target, path: undefined, session },
      {
        work: async () => {
          const { status, headers, body } = await handle(call)
          const outcome = faultTypeOf({ status, headers, body }) ?? String(status)
          return () => {
            response.writeHead(status, { ...copyHeaders(headers), 'content-length': body.length }).end(body)
            return outcome
          }
        },
        drop: () => socket.destroy(),
      },
    )
  }
}

async function readCall(
  request: IncomingMessage,
): Promise<Pick<LabRequest, 'method' | 'target' | 'body' | 'text'> | undefined> {
  try {
    return readLabRequest(await readText(request))
  } catch {
    return undefined
  }
}

function copyHeaders(
  headers: Readonly<Record<string, string | readonly string[]>>,
): Record<string, string | string[]> {
  const pairs = Object.entries(headers).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : [...value],
  ])
  return Object.fromEntries(pairs)
}
