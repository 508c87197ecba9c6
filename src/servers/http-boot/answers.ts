import { randomBytes } from 'node:crypto'
import { finished } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { BootClient, BootDesk, ServedArtifact, ServedBootFile } from '../../ports/boot-desk.ts'
import type { Log } from '../../ports/log.ts'
import { type ArtifactRequest, answerArtifact } from './artifact-answer.ts'
import { type Authority, describeClient } from './client.ts'
import { parsePhoneHome } from './phone-home.ts'
import { logAnswer, notFound, sendText, type Visit } from './reception.ts'
import { parseScriptQuery } from './script-query.ts'
import type { Transfers } from './transfers/transfers.ts'

export interface AnswersDependencies {
  readonly desk: BootDesk
  readonly log: Log
  readonly transfers: Transfers
  readonly advertised: Authority | undefined
  /** Port of the HTTPS listener beside this one. */
  readonly securePort?: number | undefined
  /** PEM of the authority that hosts have to trust for HTTPS, where it is ours. */
  readonly authorityPem?: string | undefined
}

/** Asks the desk and sends what it says. */
export interface Answers {
  answer(visit: Visit, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>
  /** True for requests answered with bytes of an artifact, which are logged when the last one is sent. */
  isTransfer(request: FastifyRequest): boolean
}

const ISO_UNAVAILABLE =
  'The installer ISO changed or cannot be read any more. Put the original file back, or start again with the new one.\n'

/** One answer per kind of endpoint. Errors of the desk are thrown on to the error handler of the app. */
export function createAnswers(dependencies: AnswersDependencies): Answers {
  const { desk, log, transfers, advertised, securePort, authorityPem } = dependencies
  const transferred = new WeakSet<FastifyRequest>()
  return { answer, isTransfer: (request) => transferred.has(request) }

  async function answer(
    { endpoint, query }: Visit,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const client = describeClient(request.raw, advertised, securePort)
    switch (endpoint.kind) {
      case 'health':
        return sendText(reply, 200, 'ok\n')
      case 'authority':
        return authorityPem === undefined ? notFound(reply) : sendPem(reply, authorityPem)
      case 'boot-script':
        return sendText(reply, 200, desk.bootScript(client))
      case 'host-script':
        return sendHostScript(query, client, reply)
      case 'boot-artifact':
        return sendFile(
          desk.artifact(endpoint.bootId, endpoint.name, client),
          endpoint.bootId,
          request,
          reply,
        )
      case 'digest-artifact':
        return sendFile(
          desk.artifactByDigest(endpoint.sha256, endpoint.name),
          client.address,
          request,
          reply,
          true,
        )
      case 'classic-artifact':
        return sendFile(desk.classicArtifact(endpoint.name, client), client.address, request, reply)
      case 'boot-file':
        return sendBootFile(desk.bootFile(endpoint.name, client), request, reply)
      case 'user-data':
        return sendDocument(await desk.userData(endpoint.token, client), reply)
      case 'classic-user-data':
        return sendDocument(await desk.classicUserData(client), reply)
      case 'events':
        return takeNews(endpoint.token, request.body, client, reply)
    }
  }

  async function sendHostScript(query: string, client: BootClient, reply: FastifyReply) {
    const { script, retryAfterSeconds } = await desk.hostScript(parseScriptQuery(query), client)
    if (retryAfterSeconds === undefined) return sendText(reply, 200, script)
    return sendText(reply.header('retry-after', String(Math.ceil(retryAfterSeconds))), 503, script)
  }

  async function takeNews(token: string, body: unknown, client: BootClient, reply: FastifyReply) {
    const told = body instanceof Uint8Array ? parsePhoneHome(body) : undefined
    if (!told) return sendText(reply, 400, 'expected {"stage": "a-z0-9._-", "detail": "text"}\n')
    const outcome = await desk.phoneHome(token, told.stage, told.detail, client)
    return outcome === 'accepted' ? reply.code(204).send() : notFound(reply)
  }

  /** A boot belongs to one host; without one, its address is all that is known of it. */
  async function sendFile(
    artifact: ServedArtifact | undefined,
    host: string,
    request: FastifyRequest,
    reply: FastifyReply,
    immutable = false,
  ): Promise<FastifyReply> {
    // Who guesses is told at once, and counted.
    if (!artifact) return notFound(reply)
    await transfers.begin()
    // Nothing is recorded of a download that never began.
    if (request.raw.socket.destroyed) return reply.hijack()
    try {
      await artifact.blob.verify()
    } catch (error) {
      log.warn({ err: error, role: artifact.role }, 'the installer ISO cannot be served')
      return sendText(reply, 503, ISO_UNAVAILABLE)
    }
    const answered = answerArtifact(readRequest(request, immutable), artifact, Date.now(), makeBoundary)
    reply.hijack()
    if (answered.parts.length === 0) {
      reply.raw.writeHead(answered.status, answered.headers).end()
      return reply
    }
    transferred.add(request)
    const result = await transfers.send(host, request.raw.socket, reply.raw, artifact, answered)
    logAnswer(log, request, reply, result)
    return reply
  }
}

/** In one piece with its exact length, and never a redirect: UEFI HTTP boot is particular about both. */
function sendBootFile(
  file: ServedBootFile | undefined,
  { method }: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (!file) return notFound(reply)
  const { observe } = file
  if (observe && method === 'GET') {
    const begun = performance.now()
    finished(reply.raw, (error) => {
      if (error) observe.aborted('the client went away')
      else observe.sent(performance.now() - begun)
    })
  }
  const bytes = Buffer.from(file.bytes.buffer, file.bytes.byteOffset, file.bytes.byteLength)
  return reply.code(200).header('cache-control', 'no-store').type(file.mediaType).send(bytes)
}

/** Public, and only worth what the way it came is worth: whoever can change plain HTTP can change this too. */
function sendPem(reply: FastifyReply, pem: string): FastifyReply {
  return sendText(reply, 200, pem, 'application/x-pem-file')
}

function sendDocument(found: { readonly document: string } | undefined, reply: FastifyReply): FastifyReply {
  return found ? sendText(reply, 200, found.document) : notFound(reply)
}

/** Parts of a body must not contain it: nobody can foretell it. */
function makeBoundary(): string {
  return randomBytes(16).toString('hex')
}

function readRequest({ method, raw: { headers } }: FastifyRequest, immutable: boolean): ArtifactRequest {
  return {
    method: method === 'HEAD' ? 'HEAD' : 'GET',
    range: headers.range,
    ifRange: headers['if-range']?.toString(),
    ifMatch: headers['if-match'],
    ifNoneMatch: headers['if-none-match'],
    ifModifiedSince: headers['if-modified-since'],
    ifUnmodifiedSince: headers['if-unmodified-since'],
    immutable,
  }
}
