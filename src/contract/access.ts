import { z } from 'zod'
import { line, PageQuery, pageOf, Time } from './common.ts'

/** What a token may do, each including those before it. */
export const Role = z.enum(['viewer', 'operator', 'admin'])

const TokenName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,62}$/, 'letters, digits and . _ @ -, at most 63')

/** A token without its secret. */
export const TokenView = z
  .object({
    id: z.number().int(),
    name: z.string(),
    role: Role,
    createdAt: Time,
    expiresAt: Time.optional(),
    revokedAt: Time.optional(),
    lastUsedAt: Time.optional(),
  })
  .meta({ id: 'TokenView' })
export type TokenView = z.infer<typeof TokenView>

export const TokenList = z.object({ items: z.array(TokenView).readonly() })

/** The only time that the secret is shown. */
export const CreatedToken = TokenView.extend({ token: z.string() }).meta({ id: 'CreatedToken' })
export type CreatedToken = z.infer<typeof CreatedToken>

export const CreateTokenRequest = z.strictObject({
  name: TokenName,
  role: Role,
  expiresInMs: z
    .number()
    .int()
    .min(60_000)
    .max(10 * 366 * 86_400_000)
    .optional()
    .describe('Milliseconds; without it the token does not expire.'),
})
export type CreateTokenRequest = z.infer<typeof CreateTokenRequest>

export const TokenParams = z.strictObject({ name: TokenName })

/** Who is asking. `csrfToken` only for a session: send it as `X-Edgeboot-CSRF` with everything that changes something. */
export const Session = z
  .object({
    name: z.string(),
    role: Role,
    csrfToken: z.string().optional(),
    expiresAt: Time.optional(),
  })
  .meta({ id: 'Session' })
export type Session = z.infer<typeof Session>

const Outcome = z.enum(['done', 'refused'])

/** Something somebody did or was kept from doing. */
export const AuditEntry = z
  .object({
    id: z.number().int(),
    time: Time,
    who: z.string(),
    action: z.string(),
    object: z.string(),
    outcome: Outcome,
    detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).readonly(),
  })
  .meta({ id: 'AuditEntry' })

export const AuditPage = pageOf(AuditEntry)
export type AuditPage = z.infer<typeof AuditPage>

export const AuditQuery = PageQuery.extend({
  who: line(128).min(1).optional(),
  action: line(128).min(1).optional(),
  object: line(256).min(1).optional(),
  outcome: Outcome.optional(),
})

export const Readiness = z.object({ ready: z.boolean(), reasons: z.array(z.string()).readonly() })
