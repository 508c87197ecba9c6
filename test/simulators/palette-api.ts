import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

/** What goes wrong with the next answers. */
export type PaletteFault =
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** Accepts the request and says nothing. */
  | { readonly kind: 'silent' }
  /** Sends a first piece of its answer and never the rest. */
  | { readonly kind: 'stuck' }
  | { readonly kind: 'malformed'; readonly body: string; readonly status?: number }
  /** An answer without end, with or without its length told. */
  | { readonly kind: 'endless'; readonly contentLength?: number }
  | { readonly kind: 'hang-up' }

export interface SimulatedEdgeHost {
  readonly uid: string
  readonly state?: 'ready' | 'unpaired' | 'in-use'
  readonly health?: 'healthy' | 'unhealthy'
  readonly message?: string
  readonly createdAt?: string
}

export interface PaletteSimulator extends AsyncDisposable {
  readonly url: string
  readonly apiKey: string
  /** Requests that arrived, oldest first: method and path, and the headers that matter. */
  readonly requests: readonly {
    readonly line: string
    readonly apiKey: string | undefined
    readonly projectUid: string | undefined
  }[]
  put(host: SimulatedEdgeHost): void
  delete(uid: string): void
  addProject(uid: string, name: string): void
  /** The fault applies to this many requests from now on. */
  fail(fault: PaletteFault, times?: number): void
}

/**
 * A Palette as its API documents describe it, as far as the registration check uses it: `ApiKey` and `ProjectUid`
 * headers, `GET /v1/edgehosts/{uid}`, `GET /v1/projects/{uid}`, error bodies with a code. Ends with its scope.
 */
export async function openPaletteSimulator(
  options: { readonly apiKey?: string; readonly tls?: { readonly key: string; readonly cert: string } } = {},
): Promise<PaletteSimulator> {
  const apiKey = options.apiKey ?? 'sim-0123456789abcdef'
  const hosts = new Map<string, SimulatedEdgeHost>()
  const projects = new Map<string, string>()
  const requests: { line: string; apiKey: string | undefined; projectUid: string | undefined }[] = []
  const faults: PaletteFault[] = []

  const server: Server = options.tls ? createTlsServer(options.tls, answer) : createServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  return {
    url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    apiKey,
    requests,
    put: (host) => hosts.set(host.uid, host),
    delete: (uid) => hosts.delete(uid),
    addProject: (uid, name) => projects.set(uid, name),
    fail: (fault, times = 1) => faults.push(...Array<PaletteFault>(times).fill(fault)),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }

  function answer(request: IncomingMessage, response: ServerResponse): void {
    response.on('error', () => undefined)
    const given = header(request, 'apikey')
    const projectUid = header(request, 'projectuid')
    requests.push({ line: `${request.method} ${request.url}`, apiKey: given, projectUid })
    const fault = faults.shift()
    if (fault) fail(fault, response)
    else send(response, given === apiKey ? find(request.url ?? '', projectUid) : error(401, 'InvalidApiKey'))
  }

  function find(path: string, projectUid: string | undefined): Reply {
    const [, kind, uid = ''] = /^\/v1\/(edgehosts|projects)\/([^/?]+)$/.exec(path) ?? []
    if (kind === 'projects') {
      const name = projects.get(uid)
      return name === undefined ? NOT_FOUND : { status: 200, body: { metadata: { uid, name }, spec: {} } }
    }
    const reachable = projectUid === undefined || projects.has(projectUid)
    const host = kind === 'edgehosts' && reachable ? hosts.get(decodeURIComponent(uid)) : undefined
    return host ? { status: 200, body: edgeHostDocument(host) } : NOT_FOUND
  }

  function fail(fault: PaletteFault, response: ServerResponse): void {
    switch (fault.kind) {
      case 'status':
        for (const [name, value] of Object.entries(fault.headers ?? {})) response.setHeader(name, value)
        send(response, error(fault.status, `Status${fault.status}`))
        return
      case 'silent':
        return
      case 'stuck':
        response.writeHead(200, { 'content-type': 'application/json' })
        response.write('{"metadata":')
        return
      case 'malformed':
        response.writeHead(fault.status ?? 200, { 'content-type': 'application/json' }).end(fault.body)
        return
      case 'endless': {
        const length = fault.contentLength
        response.writeHead(200, length === undefined ? {} : { 'content-length': length })
        pour(response)
        return
      }
      case 'hang-up':
        response.destroy()
    }
  }
}

interface Reply {
  readonly status: number
  readonly body: unknown
}

const NOT_FOUND = error(404, 'ResourceNotFound')

/** Writes until nobody takes it any more. */
function pour(response: ServerResponse): void {
  const piece = Buffer.alloc(64 * 1024, 'x')
  const next = (): void => {
    while (!response.destroyed && response.write(piece)) if (response.writableNeedDrain) break
  }
  response.on('drain', next)
  next()
}

function edgeHostDocument({ uid, state, health, message, createdAt }: SimulatedEdgeHost): unknown {
  return {
    metadata: { uid, name: uid, creationTimestamp: createdAt ?? '2026-01-01T00:00:00.000Z' },
    spec: { device: { hostState: 'registration' }, host: {} },
    status: {
      state: state ?? 'ready',
      health: { state: health ?? 'healthy', ...(message === undefined ? {} : { message }) },
      serviceAuthToken: 'secret-of-the-host',
    },
  }
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}

function error(status: number, code: string): Reply {
  return { status, body: { code, message: `simulated ${code}`, ref: 'x' } }
}

function send(response: ServerResponse, { status, body }: Reply): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
