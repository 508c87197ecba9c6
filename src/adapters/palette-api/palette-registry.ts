import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { decodeEdgeHost, decodeErrorCode, decodeProject } from '../../codec/palette/answers.ts'
import { parseRetryAfterMs } from '../../codec/palette/retry-after.ts'
import { isFailure } from '../../domain/failure.ts'
import type { PaletteTrouble, PaletteTroubleAnswer } from '../../domain/palette-answer.ts'
import type { Clock } from '../../ports/clock.ts'
import type { PaletteRegistry } from '../../ports/palette-registry.ts'
import { CallTrouble, type HttpAnswer, httpGet } from './http-get.ts'

export interface PaletteApiOptions {
  /** Base URL as `parsePaletteEndpoint` returns it. */
  readonly endpoint: string
  readonly apiKey: string
  /** Uid of a project; without one the calls have tenant scope. */
  readonly projectUid?: string
  /** PEM certificates trusted instead of the system's, for self-hosted Palettes. */
  readonly ca?: string
  readonly clock: Clock
  /** Limit for one call from its start to the last byte, in milliseconds. */
  readonly timeoutMs?: number
  /** Larger answers are given up, in bytes. */
  readonly maxBytes?: number
}

/** A call takes a fraction of a second; this is for bad lines. Milliseconds. */
const TIMEOUT_MS = 8000
/** Edge hosts carry their packs and profiles along; what is larger than this is no edge host. Bytes. */
const MAX_BYTES = 2 * 1024 * 1024
/** Calls at the same time to one Palette. */
const MAX_SOCKETS = 8

/**
 * Palette's REST API (`GET /v1/edgehosts/{uid}`, `GET /v1/projects/{uid}`) with the headers `ApiKey` and
 * `ProjectUid`. Redirects are not followed: the key belongs to one host. Disposing closes idle connections.
 */
export function createPaletteRegistry(options: PaletteApiOptions): PaletteRegistry & Disposable {
  const { endpoint, apiKey, projectUid, ca, clock } = options
  const limits = { timeoutMs: options.timeoutMs ?? TIMEOUT_MS, maxBytes: options.maxBytes ?? MAX_BYTES }
  const agent = endpoint.startsWith('https:')
    ? new HttpsAgent({ keepAlive: true, maxSockets: MAX_SOCKETS, ...(ca === undefined ? {} : { ca }) })
    : new HttpAgent({ keepAlive: true, maxSockets: MAX_SOCKETS })
  const headers = { ApiKey: apiKey, ...(projectUid === undefined ? {} : { ProjectUid: projectUid }) }
  const description = projectUid === undefined ? endpoint : `${endpoint}, project ${projectUid}`

  return {
    description,
    edgeHost: (id, signal) =>
      ask(`/v1/edgehosts/${encodeURIComponent(id)}`, signal, (body) => ({
        kind: 'found',
        record: hideKey(decodeEdgeHost(body)),
      })),
    project: async (signal) =>
      projectUid === undefined
        ? undefined
        : ask(`/v1/projects/${encodeURIComponent(projectUid)}`, signal, (body) => ({
            kind: 'found',
            ...hideKey(decodeProject(body)),
          })),
    [Symbol.dispose]: () => agent.destroy(),
  }

  async function ask<T>(
    path: string,
    signal: AbortSignal,
    decode: (body: Uint8Array) => T,
  ): Promise<T | { readonly kind: 'not-found' } | PaletteTroubleAnswer> {
    try {
      const answer = await httpGet({ url: `${endpoint}${path}`, agent, headers, ...limits }, signal)
      if (answer.status === 200) return decode(answer.body)
      return refusal(answer)
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof CallTrouble) return trouble(error.trouble, error.message)
      if (isFailure(error, 'packet.malformed')) return trouble('malformed', error.message)
      throw error
    }
  }

  function refusal(answer: HttpAnswer): { readonly kind: 'not-found' } | PaletteTroubleAnswer {
    const { status, body, retryAfter } = answer
    const code = decodeErrorCode(body)
    if (code === 'ResourceNotFound' || (status === 404 && code !== undefined)) return { kind: 'not-found' }
    const stayAway = parseRetryAfterMs(retryAfter, clock.now())
    if (status === 401)
      return trouble('unauthorized', 'it refuses the API key (401): wrong, expired or disabled')
    if (status === 403)
      return trouble('forbidden', 'the API key may not look here (403): give it a role in the project')
    if (status === 429)
      return trouble('throttled', 'it says that there were too many requests (429)', stayAway)
    if (status >= 500) return trouble('failing', `it fails (${status})`, stayAway)
    if (status >= 300 && status < 400)
      return trouble(
        'malformed',
        `it redirects (${status}), which is not followed; give the endpoint it leads to`,
      )
    const what = code ? `${status}, ${code}` : `${status}`
    return trouble('malformed', `it does not answer as Palette does (${what}); look at the endpoint`)
  }

  function trouble(kind: PaletteTrouble, why: string, retryAfterMs?: number): PaletteTroubleAnswer {
    const detail = `Palette at ${description}: ${why}`.replaceAll(apiKey, '***')
    return {
      kind: 'trouble',
      trouble: kind,
      detail,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    }
  }

  /** A server, or a proxy that debugs, may send our own key back to us. */
  function hideKey<T extends object>(record: T): T {
    const shown = Object.entries(record).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.replaceAll(apiKey, '***') : value,
    ])
    return Object.fromEntries(shown) as T
  }
}
