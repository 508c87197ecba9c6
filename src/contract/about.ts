import { z } from 'zod'

/** What this server is, and how hosts reach it. */
export const About = z
  .object({
    version: z.string(),
    bootUrl: z.string().describe('Where hosts reach the boot listener, by the address they are told.'),
    bootScriptUrl: z.string().describe('What to type after `chain` at an iPXE prompt.'),
    drivers: z
      .array(
        z.object({
          kind: z.string(),
          usable: z.boolean(),
          detail: z.string().describe('What it is, or why it is not usable, in words.'),
        }),
      )
      .readonly(),
    services: z.array(z.string()).readonly().describe('What answers firmware here (DHCP, TFTP), in words.'),
  })
  .meta({ id: 'About' })
export type About = z.infer<typeof About>
