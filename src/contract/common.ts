import { z } from 'zod'

/** Name of a host: a DNS label (RFC 1123 §2.1), as `isMachineName` of the domain. */
export const HostName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'lower-case letters, digits and inner hyphens, at most 63')

/** Name of an installer, profile or token: begins with a letter or digit, at most 128 characters. */
export const ObjectName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'letters, digits, dot, hyphen, underscore; at most 128')

/** Lower-case hex SHA-256. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hex digits')

/** Epoch milliseconds. */
export const Time = z.number().int().nonnegative().describe('Milliseconds since 1970-01-01T00:00:00Z.')

/** One line of printable text. */
export function line(maxLength: number): z.ZodString {
  return z
    .string()
    .max(maxLength)
    .regex(/^[^\p{Cc}]*$/u, 'one line without control characters')
}

/** Where a page begins and how long it may be, as a query. */
export const PageQuery = z.strictObject({
  after: line(256).min(1).optional().describe('`next` of the page before; left out for the first page.'),
  limit: z.coerce.number().int().min(1).max(1000).default(100).describe('At most so many items.'),
})

/** A page of items; `next` leads to the following one and is missing on the last. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item).readonly(),
    next: z.string().optional().describe('Give it as `after` to get the next page.'),
  })
}

/** An answer that says what went wrong (RFC 9457). */
export const Problem = z
  .object({
    type: z.string().describe('A URN of the code.'),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().describe('What happened, where, and what to do about it.'),
    code: z.string().describe('Stays the same; docs/reference/failures.md explains each.'),
    requestId: z.string().optional().describe('The same as in the log of the server.'),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .readonly()
      .optional()
      .describe('Places in the request that are wrong.'),
    details: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
      .optional()
      .describe('Facts beside the message.'),
  })
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof Problem>

/** An answer without content of its own. */
export const Done = z.object({ done: z.literal(true) })
