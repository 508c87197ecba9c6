import type { IncomingMessage } from 'node:http'
import { decodeEnvelope, type SoapAnswer } from '../../../codec/soap/envelope.ts'
import { renderVimCall, SOAP_ACTION, type VimCall } from '../../../codec/vim25/call.ts'
import { Failure } from '../../../domain/failure.ts'
import type { HttpsTransport } from './https-transport.ts'

/** More is no answer to anything that is asked here. Bytes. */
const MAX_ANSWER_BYTES = 40 * 1024 * 1024
/** An answer that has not come by then does not come any more. Milliseconds. */
const SILENCE_MS = 120_000

export interface SoapReply {
  readonly answer: SoapAnswer
  /** `NAME=VALUE` of the session's cookie, where the server sets one. */
  readonly cookie: string | undefined
}

/**
 * Sends one call and reads what comes back. Failure as of `HttpsTransport.send`; `driver.unreachable` for a server that
 * is there but does not serve; `packet.malformed` for an answer that is none.
 */
export async function exchange(
  transport: HttpsTransport,
  path: string,
  call: VimCall,
  options: { readonly cookie: string | undefined; readonly waitsMs?: number },
  signal: AbortSignal,
): Promise<SoapReply> {
  const body = renderVimCall(call)
  const response = await transport.send(
    {
      method: 'POST',
      path,
      headers: {
        'content-type': 'text/xml; charset=utf-8',
        'content-length': String(Buffer.byteLength(body)),
        soapaction: `"${SOAP_ACTION}"`,
        ...(options.cookie ? { cookie: options.cookie } : {}),
      },
      body,
      silenceMs: SILENCE_MS + (options.waitsMs ?? 0),
    },
    signal,
  )
  const { statusCode = 0 } = response
  const text = await readText(response, transport.address, signal)
  // Faults come with 500 (SOAP 1.1 §6.2); a vCenter that is starting answers 503 without an envelope.
  if (statusCode !== 200 && statusCode !== 500) {
    throw new Failure('driver.unreachable', `${transport.address} answers with HTTP ${statusCode}`, {
      sent: statusCode !== 503,
      status: statusCode,
    })
  }
  return { answer: decodeEnvelope(text), cookie: sessionCookie(response) }
}

/** The whole body as text. Failure `packet.malformed` when it is too long, `driver.unreachable` when it breaks off. */
export async function readText(
  response: IncomingMessage,
  address: string,
  signal: AbortSignal,
): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      size += chunk.length
      if (size > MAX_ANSWER_BYTES) {
        throw new Failure('packet.malformed', `${address} answers with more than ${MAX_ANSWER_BYTES} bytes`)
      }
      chunks.push(chunk)
    }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof Failure) throw error
    throw new Failure('driver.unreachable', `${address} broke off its answer`, { sent: true }, error)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function sessionCookie({ headers }: IncomingMessage): string | undefined {
  for (const line of headers['set-cookie'] ?? []) {
    const cookie = /^vmware_soap_session=[^;\s]{1,1024}/.exec(line)?.[0]
    if (cookie) return cookie
  }
  return undefined
}
