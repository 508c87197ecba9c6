import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, FastifySchema, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { FailureCode } from '../../domain/failure.ts'
import type { ApiRole } from '../../ports/authenticator.ts'
import type { ControlDesk } from '../../ports/control/control-desk.ts'
import type { Access } from './access.ts'
import { describeProblems } from './problem.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Least role that is let in; `open` for everybody. A route that does not say is for `admin`. */
    leastRole?: ApiRole | 'open'
    /** Name of the operation in audit log and description. */
    action?: string
    /** Changes nothing although it is no GET. */
    changesNothing?: boolean
  }
}

/** Fastify that infers requests and answers from zod. */
export type ApiInstance = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>

/** What the routes work with. */
export interface RouteTools {
  readonly desk: ControlDesk
  readonly access: Access
}

/** What every guarded operation can end in. */
const COMMON: readonly FailureCode[] = [
  'request.invalid',
  'auth.required',
  'auth.forbidden',
  'request.misdirected',
  'auth.throttled',
  'internal',
  'store.failed',
]

interface Description {
  /** `OBJECT.VERB`, unique. */
  readonly action: string
  readonly summary: string
  readonly description?: string
  readonly tag: string
  /** Failures beside those every operation can end in. */
  readonly errors?: readonly FailureCode[]
  readonly changesNothing?: boolean
}

/** Guard, description and shapes of one operation, to be spread into its route. */
export function operation<S extends FastifySchema>(
  leastRole: ApiRole | 'open',
  { action, summary, description, tag, errors = [], changesNothing = false }: Description,
  shapes: S,
): {
  readonly schema: S
  readonly config: { leastRole: ApiRole | 'open'; action: string; changesNothing: boolean }
} {
  const problems = leastRole === 'open' ? errors : [...COMMON, ...errors]
  const schema = {
    ...shapes,
    response: { ...(shapes.response as object | undefined), ...describeProblems(problems) },
    operationId: action,
    summary,
    description: `${description ?? summary}${leastRole === 'open' ? '' : ` Role: \`${leastRole}\`.`}`,
    tags: [tag],
    'x-edgeboot-role': leastRole,
    security: leastRole === 'open' ? [] : [{ bearer: [] }, { session: [], csrf: [] }],
  }
  // The problems are left out of the type: handlers throw failures and never return them.
  return { schema: schema as unknown as S, config: { leastRole, action, changesNothing } }
}

/** An answer that is no JSON. */
export function mediaResponse(description: string, mediaType: string, schema: object): object {
  return { description, content: { [mediaType]: { schema } } }
}
