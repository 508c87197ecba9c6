import type { Problem } from '../../../src/contract/common.ts'
import { ApiProblem } from './problem.ts'

const BASE = '/api/v1'
/** Header of changes; the session tells its value (docs/reference/access.md). */
const CSRF_HEADER = 'x-edgeboot-csrf'

let csrfToken: string | undefined

/** Changes are sent with it from now on. */
export function rememberCsrfToken(token: string | undefined): void {
  csrfToken = token
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

interface RequestOptions {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
}

/** One request to the control API, `path` below `/api/v1`. Failure: `ApiProblem`. */
async function request(method: Method, path: string, options: RequestOptions = {}): Promise<Response> {
  const { body, headers, signal } = options
  const response = await fetch(addressOf(path), {
    method,
    credentials: 'same-origin',
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(method === 'GET' ? {} : csrfHeaders()),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: signal ?? null,
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error
    throw new ApiProblem(0, 'server.unreachable', 'The server does not answer. Is it running?')
  })
  if (response.ok) return response
  throw problemFrom(response.status, await response.json().catch(() => undefined))
}

/** The problem that an answer with this status tells of in its JSON, where it has any. */
export function problemFrom(status: number, body: unknown): ApiProblem {
  const problem = body as Partial<Problem> | null | undefined
  return new ApiProblem(
    status,
    problem?.code ?? 'internal',
    problem?.detail ?? `The server answered ${status}.`,
    problem?.errors,
  )
}

/** Where `path`, below `/api/v1`, is asked for. */
export function addressOf(path: string): string {
  return `${BASE}${path}`
}

/** Headers that every change carries. */
export function csrfHeaders(): Readonly<Record<string, string>> {
  return csrfToken ? { [CSRF_HEADER]: csrfToken } : {}
}

/** A document of the API. */
export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await (await request('GET', path, { signal })).json()) as T
}

/** A text of the API, a log for instance. */
export async function getText(path: string, signal?: AbortSignal): Promise<string> {
  return await (await request('GET', path, { signal })).text()
}

/** A text of the API with one header of its answer. */
export async function getTextAnd(
  header: string,
  path: string,
  signal?: AbortSignal,
): Promise<{ readonly text: string; readonly header: string | undefined }> {
  const response = await request('GET', path, { signal })
  return { text: await response.text(), header: response.headers.get(header) ?? undefined }
}

/** A picture of the API. */
export async function getBlob(path: string, signal?: AbortSignal): Promise<Blob> {
  return await (await request('GET', path, { signal })).blob()
}

/** Changes something. */
export async function send<T>(method: Exclude<Method, 'GET'>, path: string, body?: unknown): Promise<T> {
  return (await (await request(method, path, { body })).json()) as T
}

/** A query of those parameters that are there. */
export function queryOf(parameters: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== '') query.set(name, String(value))
  }
  const text = query.toString()
  return text ? `?${text}` : ''
}
