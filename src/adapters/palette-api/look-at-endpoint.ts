import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { CallTrouble, httpGet } from './http-get.ts'

const TIMEOUT_MS = 8000
const MAX_BYTES = 256 * 1024

export interface EndpointLook {
  readonly status: number
  /** What its `Date` header says (RFC 9110 §6.6.1), epoch milliseconds. */
  readonly dateMs?: number
}

/** Asks a Palette something without any key: it will refuse, and so shows that it is there. */
export async function lookAtEndpoint(
  { endpoint, ca }: { readonly endpoint: string; readonly ca?: string | undefined },
  signal: AbortSignal,
): Promise<EndpointLook | { readonly why: string }> {
  const agent = endpoint.startsWith('https:')
    ? new HttpsAgent(ca === undefined ? {} : { ca })
    : new HttpAgent()
  try {
    const { status, date } = await httpGet(
      {
        ...{ url: `${endpoint}/v1/edgehosts/edgeboot-doctor`, agent, headers: {} },
        ...{ timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES },
      },
      signal,
    )
    const dateMs = Date.parse(date ?? '')
    return { status, ...(Number.isNaN(dateMs) ? {} : { dateMs }) }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof CallTrouble) return { why: error.message }
    throw error
  } finally {
    agent.destroy()
  }
}
