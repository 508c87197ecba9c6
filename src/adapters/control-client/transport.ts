import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { Problem } from '../../contract/common.ts'
import { FAILURES, Failure, type FailureCode } from '../../domain/failure.ts'

/** Where the control API is and who is asking. */
export interface ControlTarget {
  /** `https://host:8081` or, on this machine, `http://127.0.0.1:8081`. */
  readonly url: string
  readonly token: string
  /** Certificate of an authority to trust, as PEM; otherwise those of the system. */
  readonly authorityPem?: string | undefined
  /** Time for one request with its answer, in milliseconds; 120 s unless given. Not for following events. */
  readonly timeoutMs?: number | undefined
  /** Lets the token travel unencrypted to other machines. */
  readonly allowPlainHttp?: boolean | undefined
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Path and query, from the root. */
  readonly path: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
  /** A connection on which nothing comes for this long is given up. */
  readonly silenceMs?: number
}

/** Bytes of one answer that are taken, and of one that says what went wrong. */
const MAX_ANSWER_BYTES = 128 * 1024 * 1024
const MAX_PROBLEM_BYTES = 1024 * 1024
const DEFAULT_TIMEOUT_MS = 120_000

/** Checks the target before the token goes anywhere. Failure `usage.invalid`. */
export function requireTarget(target: ControlTarget): URL {
  if (!URL.canParse(target.url)) throw new Failure('usage.invalid', `${JSON.stringify(target.url)} is no URL`)
  const url = new URL(target.url)
  const isLoopback = /^(localhost|127\.[0-9.]+|\[::1\])$/.test(url.hostname)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new Failure('usage.invalid', `${target.url}: the control API is at http:// or https://`)
  }
  if (url.protocol === 'http:' && !isLoopback && !target.allowPlainHttp) {
    throw new Failure('usage.invalid', `${target.url}: the token would travel unencrypted; use https://`)
  }
  if (!/^[\x21-\x7e]{1,512}$/.test(target.token)) {
    throw new Failure(
      'usage.invalid',
      'the access token is empty or has characters no token has; set EDGEBOOT_TOKEN',
    )
  }
  return url
}

/** Sends the call and resolves to the answer once it begins. Failure `server.unreachable`, or what the server said. */
export async function send(target: ControlTarget, call: Call): Promise<IncomingMessage> {
  const url = new URL(call.path, requireTarget(target))
  const payload = call.body === undefined ? undefined : JSON.stringify(call.body)
  const options: RequestOptions & { readonly ca?: string } = {
    method: call.method,
    agent: false,
    headers: {
      authorization: `Bearer ${target.token}`,
      accept: 'application/json',
      ...(payload === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
      ...call.headers,
    },
    ...(call.signal ? { signal: call.signal } : {}),
    ...(call.silenceMs === undefined ? {} : { timeout: call.silenceMs }),
    ...(target.authorityPem ? { ca: target.authorityPem } : {}),
  }
  const begin = url.protocol === 'https:' ? httpsRequest : httpRequest
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = begin(url, options, resolve)
    outgoing.on('timeout', () => outgoing.destroy(new Error('it has fallen silent')))
    outgoing.on('error', (error) => reject(unreachable(url, error, call.signal)))
    outgoing.end(payload)
  })
  if (answer.statusCode !== undefined && answer.statusCode < 300) return answer
  const said = await readAll(answer, MAX_PROBLEM_BYTES).catch((error) => {
    throw unreachable(url, error, call.signal)
  })
  throw failureFrom(answer.statusCode ?? 0, new TextDecoder().decode(said))
}

/** The same with a limit of time, read to its end. */
export async function fetchAll(
  target: ControlTarget,
  call: Call,
): Promise<{ readonly bytes: Uint8Array; readonly headers: IncomingMessage['headers'] }> {
  const timeout = AbortSignal.timeout(target.timeoutMs ?? DEFAULT_TIMEOUT_MS)
  const signal = call.signal ? AbortSignal.any([call.signal, timeout]) : timeout
  const answer = await send(target, { ...call, signal })
  try {
    return { bytes: await readAll(answer, MAX_ANSWER_BYTES), headers: answer.headers }
  } catch (error) {
    throw unreachable(new URL(target.url), error, signal)
  }
}

async function readAll(answer: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer) {
    size += chunk.length
    if (size > maxBytes) throw new Failure('server.not-understood', 'the answer is longer than any of ours')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** What the server said went wrong, under the same code; `server.not-understood` for an answer that is not ours. */
function failureFrom(status: number, text: string): Failure {
  const problem = parseProblem(text)
  if (!problem)
    return new Failure('server.not-understood', `the server answered ${status}, but not as ours does`)
  const places = problem.errors.map((place) => `\n  ${place}`).join('')
  return new Failure(problem.code, printable(`${problem.detail}${places}`), problem.details)
}

function parseProblem(text: string) {
  try {
    const { detail, code, errors = [], details = {} } = Problem.parse(JSON.parse(text))
    // A newer server may know failures that this program does not.
    const known = Object.hasOwn(FAILURES, code) ? (code as FailureCode) : 'server.not-understood'
    return { code: known, detail, details, errors: errors.map(({ path, message }) => `${path}: ${message}`) }
  } catch {
    return undefined
  }
}

/** A server that is not ours shall not be able to write to a terminal. */
function printable(text: string): string {
  return text.slice(0, 4000).replace(/[^\P{Cc}\n]/gu, '?')
}

function unreachable(url: URL, error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted && (signal.reason as Error)?.name !== 'TimeoutError') return signal.reason
  if (error instanceof Failure) return error
  const { code, message } = error as NodeJS.ErrnoException
  const hint = /CERT|SIGNATURE|ISSUER|SELF_SIGNED|ALTNAME/.test(code ?? '')
    ? 'its certificate is not trusted: give the CA certificate the server printed'
    : 'check that edgeboot serve runs and its address'
  const why = signal?.aborted ? 'no answer in time' : message
  return new Failure('server.unreachable', `${url.origin} does not answer (${why}); ${hint}`, {}, error)
}
