import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { dirname, posix } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { WritableCallLog } from './call-log.ts'
import { findDatastore, realPath } from './datastore-paths.ts'
import type { Faults, Trouble } from './faults.ts'
import type { FullDatastores } from './full-datastores.ts'
import { Dropped } from './holds.ts'
import type { Passage } from './passage.ts'
import { readSessionCookie, type Sessions } from './sessions.ts'
import type { LabDatastore } from './simulator-process.ts'
import type { Upstream } from './upstream.ts'

/** Answers a request for a file. */
type FileHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

const ANSWER_HEADERS = ['content-type', 'content-length', 'last-modified', 'content-range', 'accept-ranges']

/**
 * Files of datastores over HTTP (vSphere Web Services SDK, "Datastore access with HTTP"): `PUT`, `GET` and `HEAD` of
 * `/folder/PATH?dcPath=DC&dsName=DATASTORE` with a session, streamed to and from the simulator.
 */
export function createFolderFiles(lab: {
  readonly upstream: Upstream
  readonly sessions: Sessions
  readonly log: WritableCallLog
  readonly passage: Passage
  readonly faults: Faults
  readonly full: FullDatastores
  readonly datastores: readonly LabDatastore[]
  /** Whether the user may do with files what the method does. */
  readonly mayUse: (method: string) => boolean
}): FileHandler {
  /** The status that a request is refused with; `undefined` when it may be done. */
  function refusal(request: IncomingMessage, place: Place): number | undefined {
    const session = readSessionCookie(request.headers.cookie)
    if (!lab.sessions.signal(session)) return 401
    if (!lab.mayUse(request.method ?? '')) return 403
    const known = findDatastore(lab.datastores, place.datastore, place.datacenter)
    if (!known) return 404
    if (request.method !== 'PUT') return undefined
    // A real server does not make the folders above a file.
    const path = realPath(lab.datastores, `[${place.datastore}] ${place.path}`, place.datacenter)
    if (path === undefined || !existsSync(dirname(path))) return 404
    return lab.full.upload(place.datastore) === 'refused' ? 507 : undefined
  }

  async function upload(
    request: IncomingMessage,
    response: ServerResponse,
    place: Place,
    trouble: Trouble | undefined,
  ): Promise<() => string> {
    const noted = lab.log.upload(place.datastore, place.path)
    const full = lab.full.upload(place.datastore)
    const limit = trouble?.kind === 'reset-midway' ? trouble.afterBytes : cutAfter(full)
    const counted = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        noted.bytes += chunk.length
        if (noted.bytes > limit) done(new Dropped())
        else done(null, chunk)
      },
    })
    const upstream = lab.upstream.file('PUT', request.url ?? '')
    const answered = once(upstream, 'response') as Promise<[IncomingMessage]>
    answered.catch(() => undefined)
    await pipeline(request, counted, upstream)
    const [answer] = await answered
    answer.resume()
    const status = answer.statusCode ?? 500
    noted.complete = status < 300
    return () => reply(response, status)
  }

  async function download(
    request: IncomingMessage,
    response: ServerResponse,
    trouble: Trouble | undefined,
  ): Promise<() => Promise<string>> {
    const upstream = lab.upstream.file(request.method ?? 'GET', request.url ?? '')
    for (const name of ['range', 'if-range'])
      if (request.headers[name] !== undefined) upstream.setHeader(name, request.headers[name])
    upstream.end()
    const [answer] = (await once(upstream, 'response')) as [IncomingMessage]
    const limit = trouble?.kind === 'reset-midway' ? trouble.afterBytes : Number.POSITIVE_INFINITY
    return async () => {
      const status = answer.statusCode ?? 500
      const headers = ANSWER_HEADERS.flatMap((name) => {
        const value = answer.headers[name]
        return value === undefined ? [] : [[name, value] as const]
      })
      response.writeHead(status, Object.fromEntries(headers))
      await pipeline(answer, cutting(limit), response)
      return String(status)
    }
  }

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    place: Place,
  ): Promise<() => Promise<string> | string> {
    const trouble = lab.faults.take(methodOf(request))
    if (trouble?.kind === 'reset-before') throw new Dropped()
    if (trouble?.kind === 'delay') await sleep(trouble.ms)
    const status = trouble?.kind === 'status' ? trouble.status : refusal(request, place)
    if (status !== undefined) {
      // Whoever sends a large file reads the answer only when it is through.
      request.resume()
      return () => reply(response, status)
    }
    const send = await (request.method === 'PUT'
      ? upload(request, response, place, trouble)
      : download(request, response, trouble))
    if (trouble?.kind === 'reset-after') throw new Dropped()
    return send
  }

  return (request, response) => {
    const place = readPlace(request.url ?? '')
    const session = readSessionCookie(request.headers.cookie)
    // A request that was given up no longer knows it.
    const { socket } = request
    return lab.passage(
      { method: methodOf(request), target: undefined, path: place.path, session },
      { work: () => answer(request, response, place), drop: () => socket.destroy() },
    )
  }
}

interface Place {
  readonly datacenter: string
  readonly datastore: string
  readonly path: string
}

function readPlace(url: string): Place {
  const { pathname, searchParams } = new URL(url, 'https://lab')
  return {
    // A path where data centres are in folders.
    datacenter: posix.basename(searchParams.get('dcPath') ?? ''),
    datastore: searchParams.get('dsName') ?? '',
    path: decodeURIComponent(pathname.replace('/folder/', '')),
  }
}

function methodOf({ method }: IncomingMessage): string {
  return `${method} /folder`
}

function cutAfter(full: ReturnType<FullDatastores['upload']>): number {
  return typeof full === 'object' ? full.cutAfterBytes : Number.POSITIVE_INFINITY
}

function cutting(limit: number): Transform {
  let passed = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      passed += chunk.length
      if (passed > limit) done(new Dropped())
      else done(null, chunk)
    },
  })
}

function reply(response: ServerResponse, status: number): string {
  response.writeHead(status, { 'content-length': 0 }).end()
  return String(status)
}
