import { z } from 'zod'
import { ARTIFACT_ROLES } from '../domain/artifact.ts'
import { ISO_FILE_NAME } from '../domain/iso-upload.ts'
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

const File = z.object({ path: z.string(), sizeBytes: z.number() })

/** What is inside an ISO. */
export const InstallerContents = z
  .object({
    isoPath: z.string(),
    sizeBytes: z.number(),
    family: z.string(),
    volumeLabel: z.string(),
    architecture: z.string(),
    kernelSigned: z.boolean().optional(),
    artifacts: z
      .array(
        File.extend({
          role: z.enum(ARTIFACT_ROLES),
          sha256: z.string().optional().describe('As soon as it is known.'),
        }),
      )
      .readonly(),
    builtInFiles: z.array(File).readonly().describe('What a netboot does not carry along.'),
    kernelArguments: z.array(z.string()).readonly(),
    warnings: z.array(z.string()).readonly(),
  })
  .meta({ id: 'InstallerContents' })
export type InstallerContents = z.infer<typeof InstallerContents>

export const InspectIsoRequest = AddInstallerRequest.pick({ isoPath: true })

/** An ISO file on the server's machine. */
export const IsoFile = z
  .object({
    path: z.string(),
    sizeBytes: z.number(),
    modifiedAt: Time,
    installer: z.string().optional().describe('The name under which it is registered.'),
  })
  .meta({ id: 'IsoFile' })
export type IsoFile = z.infer<typeof IsoFile>

/** ISO files on the server's machine, in the folders where it looks for them. */
export const IsoList = z.object({
  folders: z.array(z.string()).readonly().describe('Where it looked.'),
  items: z.array(IsoFile).readonly(),
})
export type IsoList = z.infer<typeof IsoList>

export const IsoParams = z.strictObject({
  fileName: z
    .string()
    .regex(ISO_FILE_NAME, 'letters, digits, dot, hyphen, underscore, with .iso at the end; at most 125'),
})
