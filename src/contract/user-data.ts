import { z } from 'zod'

/** Characters of a user-data document. */
const MAX_USER_DATA = 1024 * 1024

export const CheckUserDataRequest = z.strictObject({
  text: z.string().max(MAX_USER_DATA).describe('The document as written. It is not kept.'),
})
export type CheckUserDataRequest = z.infer<typeof CheckUserDataRequest>

/** Something about a user-data document; the same as `edgeboot user-data validate` says. */
export const UserDataFinding = z.object({
  severity: z.enum(['error', 'warning']),
  rule: z.string().describe('docs/reference/user-data-rules.md explains each.'),
  message: z.string(),
  line: z.number().int().describe('From 1.'),
  column: z.number().int().describe('From 1.'),
  fix: z.string().optional(),
})
export type UserDataFinding = z.infer<typeof UserDataFinding>

/** What is known of a document. */
export const UserDataCheck = z
  .object({
    findings: z.array(UserDataFinding).readonly(),
    summary: z
      .object({
        managementMode: z.enum(['central', 'local']),
        finish: z.enum(['poweroff', 'reboot', 'none']),
        siteName: z.string().optional(),
      })
      .optional()
      .describe('Missing where there are errors.'),
  })
  .meta({ id: 'UserDataCheck' })
export type UserDataCheck = z.infer<typeof UserDataCheck>
