import { once } from 'node:events'
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { text as readText } from 'node:stream/consumers'
import { SOAP_ACTION } from '../../../src/codec/vim25/call.ts'
import { type Answer, plainAnswer } from './answer.ts'
import type { LabRequest } from './lab-request.ts'

/** The simulator, as the proxy reaches it. */
export interface Upstream {
  /** Hands a call on as it is, with the session that may be used for it. */
  soap(request: Pick<LabRequest, 'text' | 'method'>, cookie: string | undefined): Promise<Answer>
  /** Begins a request for a file; its body is still to be written. */
  file(method: string, path: string): ReturnType<typeof httpRequest>
  [Symbol.dispose](): void
}

export function createUpstream(url: string): Upstream {
  const agent = new Agent({ keepAlive: true })

  async function send(text: string, cookie: string | undefined): Promise<Answer> {
    const request = httpRequest(`${url}/sdk`, {
      agent,
      method: 'POST',
      headers: {
        'content-type': 'text/xml; charset=utf-8',
        soapaction: `"${SOAP_ACTION}"`,
        'content-length': Buffer.byteLength(text),
        ...(cookie === undefined ? {} : { cookie: `vmware_soap_session=${cookie}` }),
      },
    })
    request.end(text)
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    const { 'set-cookie': setCookie, 'content-type': type = 'text/xml; charset=utf-8' } = response.headers
    return {
      status: response.statusCode ?? 500,
      headers: { 'content-type': type, ...(setCookie ? { 'set-cookie': setCookie } : {}) },
      body: Buffer.from(await readText(response)),
    }
  }

  return {
    soap: async ({ text: sent, method }, cookie) => {
      const text = method === 'ReconfigVM_Task' ? describeEdits(sent) : sent
      try {
        return await send(text, cookie)
      } catch (error) {
        // It ends the connection when it stumbles over something.
        return plainAnswer(502, `the simulator does not answer: ${error}`)
      }
    },
    file: (method, path) => httpRequest(url, { agent, method, path }),
    [Symbol.dispose]: () => agent.destroy(),
  }
}

/** A real server takes the change of a device without a description; the simulator stumbles over it. */
function describeEdits(text: string): string {
  return text.replace(
    /(<operation>edit<\/operation>\s*<device\b[^>]*>\s*<key>[^<]*<\/key>\s*)(?!<deviceInfo\b)/g,
    '$1<deviceInfo><label></label><summary></summary></deviceInfo>',
  )
}
