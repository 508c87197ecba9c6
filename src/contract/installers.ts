import { z } from 'zod'
import { line, ObjectName, Sha256, Time } from './common.ts'

/** A registered ISO. */
export const InstallerView = z
  .object({
    name: z.string(),
    isoPath: z.string(),
    sizeBytes: z.number(),
    family: z.string(),
    sha256: z.string().optional(),
    addedAt: Time.optional(),
    warnings: z.array(z.string()).readonly(),
  })
  .meta({ id: 'InstallerView' })
export type InstallerView = z.infer<typeof InstallerView>

export const InstallerList = z.object({ items: z.array(InstallerView).readonly() })

export const AddInstallerRequest = z.strictObject({
  name: ObjectName,
  isoPath: line(4096).startsWith('/').describe("Absolute path on the server's machine."),
  sha256: Sha256.optional(),
})
export type AddInstallerRequest = z.infer<typeof AddInstallerRequest>

export const InstallerParams = z.strictObject({ name: ObjectName })
