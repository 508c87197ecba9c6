import { STATUS_CODES } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { Problem } from '../../contract/common.ts'
import { FAILURES, Failure, type FailureCode } from '../../domain/failure.ts'

/** Media type of RFC 9457. */
export const PROBLEM_TYPE = 'application/problem+json'

/** Places of a request that are named in one answer. */
const MAX_PLACES = 50

/** The failure behind anything thrown while answering; `internal` for what is not meant to happen. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error
  if (hasZodFastifySchemaValidationErrors(error)) {
    const where = error.validationContext ?? 'request'
    return new Failure('request.invalid', `the ${where} of the request is not as described`, {}, error)
  }
  const { statusCode, message } = error as { readonly statusCode?: unknown; readonly message?: unknown }
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return new Failure(codeOfStatus(statusCode), String(message).slice(0, 300), {}, error)
  }
  return new Failure('internal', 'this should not have happened; the log of the server says more', {}, error)
}

function codeOfStatus(status: number): FailureCode {
  if (status === 413) return 'request.too-large'
  return status === 415 ? 'request.unsupported' : 'request.invalid'
}

/** A failure as RFC 9457 has it. */
export function renderProblem(failure: Failure, requestId?: string): Problem {
  const { status } = FAILURES[failure.code]
  const details = Object.entries(failure.details).filter(([, value]) => value !== undefined)
  return {
    type: `urn:edgeboot:failure:${failure.code}`,
    title: STATUS_CODES[status] ?? 'Failed',
    status,
    detail: failure.message,
    code: failure.code,
    ...(requestId === undefined ? {} : { requestId }),
    ...placesOf(failure.cause),
    ...(details.length > 0 ? { details: Object.fromEntries(details) as Problem['details'] } : {}),
  }
}

function placesOf(cause: unknown): Pick<Problem, 'errors'> {
  if (!hasZodFastifySchemaValidationErrors(cause)) return {}
  const errors = cause.validation.slice(0, MAX_PLACES).map(({ instancePath, message }) => ({
    path: instancePath.slice(0, 300),
    message: (message ?? 'not as described').slice(0, 300),
  }))
  return { errors }
}

/** Answers with the problem; a body that was not read ends the connection, so that nobody has to receive it. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, failure: Failure): FastifyReply {
  const problem = renderProblem(failure, request.id)
  const hasUnreadBody =
    request.body === undefined &&
    (request.headers['transfer-encoding'] !== undefined || (request.headers['content-length'] ?? '0') !== '0')
  if (hasUnreadBody) reply.header('connection', 'close')
  if (failure.code === 'auth.required') reply.header('www-authenticate', 'Bearer realm="edgeboot"')
  const retryAfterMs = Number(failure.details['retryAfterMs'] ?? Number.NaN)
  if (retryAfterMs >= 0) reply.header('retry-after', Math.ceil(retryAfterMs / 1000))
  return reply.code(problem.status).type(PROBLEM_TYPE).send(problem)
}

/** Response descriptions, by status, of the failures an operation can end in; each with an example. */
export function describeProblems(codes: readonly FailureCode[]): Record<number, unknown> {
  const byStatus = Map.groupBy(new Set(codes), (code) => FAILURES[code].status)
  const entries = [...byStatus].map(([status, sameStatus]) => [
    status,
    {
      description: sameStatus.map((code) => `\`${code}\``).join(', '),
      content: {
        [PROBLEM_TYPE]: {
          schema: Problem,
          examples: Object.fromEntries(
            sameStatus.map((code) => [code, { value: renderProblem(new Failure(code, EXAMPLE)) }]),
          ),
        },
      },
    },
  ])
  return Object.fromEntries(entries)
}

const EXAMPLE = 'what happened, where, and what to do about it'
