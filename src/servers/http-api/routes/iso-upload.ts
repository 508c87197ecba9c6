import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { IsoFile, IsoParams } from '../../../contract/installers.ts'
import { Failure } from '../../../domain/failure.ts'
import type { ControlLimits } from '../limits.ts'
import type { RequestTime } from '../request-time.ts'
import { type ApiInstance, operation, type RouteTools } from '../route.ts'
import { uploadBody } from '../upload-body.ts'

export interface UploadTools extends RouteTools {
  readonly requestTime: RequestTime
  readonly limits: Pick<ControlLimits, 'uploadIdleMs' | 'refusedUploadMs'>
}

/** Taking ISOs from browsers. Needs a scope of its own: bodies are handed on as they come, of any length. */
export async function isoUploadRoute(
  app: ApiInstance & FastifyInstance,
  { desk, access, requestTime, limits }: UploadTools,
): Promise<void> {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/octet-stream', (_request, body, done) => done(null, body))
  app.put(
    '/isos/:fileName',
    operation(
      'admin',
      {
        action: 'iso.upload',
        tag: 'installers',
        summary: 'Takes an ISO into the folder of the data directory. At most 64 GiB.',
        description:
          'The body is the file, with its `Content-Length`. Nothing is kept of an upload that does not come to its end.',
        errors: [
          'upload.length-required',
          'upload.name-taken',
          'upload.no-space',
          'upload.incomplete',
          'upload.stalled',
          'request.too-large',
          'request.unsupported',
          'server.busy',
          'data-dir.unusable',
        ],
      },
      {
        consumes: ['application/octet-stream'],
        params: IsoParams,
        body: z.unknown().meta({ type: 'string', format: 'binary' }),
        response: { 200: IsoFile },
      },
    ),
    async (request) => {
      const { raw } = request
      try {
        const sizeBytes = lengthOf(raw.headers['content-length'])
        requestTime.lift(raw)
        const body = uploadBody(raw, limits.uploadIdleMs)
        const upload = { fileName: request.params.fileName, sizeBytes, body }
        return await desk.uploadIso(upload, access.callerOf(request).actor)
      } catch (error) {
        // Browsers read the answer only while somebody takes what they still send.
        raw.resume()
        requestTime.limit(raw, limits.refusedUploadMs)
        throw error
      }
    },
  )
}

/** Failure `upload.length-required`. */
function lengthOf(header: string | undefined): number {
  const length = Number(header)
  if (header !== undefined && /^\d+$/.test(header) && Number.isSafeInteger(length) && length > 0)
    return length
  throw new Failure(
    'upload.length-required',
    'the request does not say how long the file is, or it is empty; send its length as Content-Length',
  )
}
