import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { VimRefusal } from '../../../codec/vim25/fault.ts'
import { Failure } from '../../../domain/failure.ts'
import type { HttpCall, HttpsTransport } from './https-transport.ts'
import type { Persist } from './persistence.ts'
import type { OpenSession } from './vim-session.ts'

/** A file on a datastore, as its HTTP access names it. */
export interface RemoteFile {
  /** Inventory path of the data centre: `/DC0`. */
  readonly datacenterPath: string
  readonly datastore: string
  /** From the root of the datastore, without a slash in front. */
  readonly path: string
}

/** Bytes to and from datastores (vSphere Web Services Programming Guide, "HTTP access to vSphere server files"). */
export interface DatastoreTransfers {
  /** Bytes of a file; `undefined` when it is not there. */
  size(file: RemoteFile, signal: AbortSignal): Promise<number | undefined>
  /** Writes a file of this machine to that place, over what is there. Failure `driver.no-space`. */
  upload(
    file: RemoteFile,
    localPath: string,
    options: { readonly onProgress?: (bytes: number, total: number) => void },
    signal: AbortSignal,
  ): Promise<void>
  /** The whole file. Failure `packet.malformed` when it is longer than `maxBytes`. */
  download(file: RemoteFile, maxBytes: number, signal: AbortSignal): Promise<Uint8Array>
}

const SILENCE_MS = 120_000

export function createDatastoreTransfers(transport: HttpsTransport, persist: Persist): DatastoreTransfers {
  async function send(
    call: Pick<HttpCall, 'method' | 'body'> & { readonly length?: number },
    file: RemoteFile,
    session: OpenSession,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const { method, body, length } = call
    const headers = {
      cookie: session.cookie,
      ...(length === undefined
        ? {}
        : { 'content-length': String(length), 'content-type': 'application/octet-stream' }),
    }
    const path = pathOf(file)
    const response = await transport.send(
      { method, path, headers, silenceMs: SILENCE_MS, ...(body ? { body } : {}) },
      signal,
    )
    if (response.statusCode === 401) {
      response.resume()
      const message = 'HTTP 401: no session, or no Datastore.Browse or Datastore.FileManagement there'
      throw new VimRefusal({ type: 'NotAuthenticated', message, properties: {} }, nameOf(file))
    }
    return response
  }

  return {
    size: (file, signal) =>
      persist(
        true,
        async (session) => {
          const response = await send({ method: 'HEAD' }, file, session, signal)
          response.resume()
          if (response.statusCode === 404) return undefined
          requireSuccess(response, 'HEAD', file, transport.address)
          const size = Number(response.headers['content-length'])
          return Number.isSafeInteger(size) ? size : undefined
        },
        signal,
      ),
    upload: async (file, localPath, { onProgress }, signal) => {
      const { size: total } = await stat(localPath)
      await persist(
        true,
        async (session) => {
          let sent = 0
          const body: HttpCall['body'] = async (request) => {
            const counted = async function* (chunks: AsyncIterable<Uint8Array>) {
              for await (const chunk of chunks) {
                sent += chunk.length
                onProgress?.(sent, total)
                yield chunk
              }
            }
            await pipeline(createReadStream(localPath, { highWaterMark: 256 * 1024 }), counted, request)
          }
          const response = await send({ method: 'PUT', body, length: total }, file, session, signal)
          response.resume()
          requireSuccess(response, 'PUT', file, transport.address)
        },
        signal,
      )
    },
    download: (file, maxBytes, signal) =>
      persist(
        true,
        async (session) => {
          const response = await send({ method: 'GET' }, file, session, signal)
          if (response.statusCode !== 200) response.resume()
          requireSuccess(response, 'GET', file, transport.address)
          return await readBytes(response, maxBytes, file, signal)
        },
        signal,
      ),
  }
}

async function readBytes(
  response: IncomingMessage,
  maxBytes: number,
  file: RemoteFile,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      size += chunk.length
      if (size > maxBytes)
        throw new Failure('packet.malformed', `${nameOf(file)} has more than ${maxBytes} bytes`)
      chunks.push(chunk)
    }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof Failure) throw error
    throw new Failure('driver.unreachable', `${nameOf(file)}: the download broke off`, { sent: true }, error)
  }
  return Buffer.concat(chunks)
}

/** What each method needs (vSphere Web Services Programming Guide, "HTTP access"). */
const PRIVILEGES = {
  HEAD: 'Datastore.Browse',
  GET: 'Datastore.Browse',
  PUT: 'Datastore.FileManagement',
} as const

function requireSuccess(
  { statusCode = 0 }: IncomingMessage,
  method: keyof typeof PRIVILEGES,
  file: RemoteFile,
  address: string,
): void {
  if (statusCode >= 200 && statusCode < 300) return
  const what = `${nameOf(file)} at ${address}: HTTP ${statusCode}`
  switch (statusCode) {
    case 403:
      throw new Failure(
        'driver.forbidden',
        `${what}; the user lacks the privilege ${PRIVILEGES[method]} on the datastore; give it to their role`,
      )
    case 404:
      throw new Failure('driver.refused', `${what}; there is no such file, datastore or data centre`)
    case 507:
      throw new Failure('driver.no-space', `${what}; make room on the datastore, or choose another`)
    case 503:
      throw new Failure('driver.unreachable', what, { sent: false, status: statusCode })
    default:
      throw new Failure('driver.refused', what, { status: statusCode })
  }
}

function pathOf({ datacenterPath, datastore, path }: RemoteFile): string {
  const encoded = path.split('/').map(encodeURIComponent).join('/')
  const dcPath = encodeURIComponent(datacenterPath.replace(/^\//, ''))
  return `/folder/${encoded}?dcPath=${dcPath}&dsName=${encodeURIComponent(datastore)}`
}

function nameOf({ datastore, path }: RemoteFile): string {
  return `[${datastore}] ${path}`
}
