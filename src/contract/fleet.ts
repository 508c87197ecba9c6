import { z } from 'zod'
import { LOCAL_BOOT_STRATEGIES, MAX_MACHINE_OPTIONS } from '../domain/desired-fleet.ts'
import { parseMacAddress } from '../domain/mac-address.ts'
import { isFirmwareName } from '../domain/netboot/firmware-names.ts'
import { PHASES } from '../domain/phase.ts'
import { parseUuid } from '../domain/uuid.ts'
import { HostName, line, ObjectName, Sha256 } from './common.ts'

/** Hosts in one fleet. */
export const MAX_HOSTS = 20_000
/** Bytes of a request that carries a fleet. */
export const MAX_FLEET_BYTES = 64 * 1024 * 1024
/** Characters of the user-data of one host. */
const MAX_USER_DATA = 1024 * 1024

const Labels = z
  .record(z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9._/-]{0,61}[A-Za-z0-9])?$/), line(256))
  .refine((labels) => Object.keys(labels).length <= 64, 'at most 64 labels')
  .readonly()
const Port = z.number().int().min(1).max(65_535)
const Count = z.number().int().min(1).max(MAX_HOSTS)
const KernelArguments = z.array(line(1024).min(1)).max(128).readonly()

const Installer = z.strictObject({
  name: ObjectName,
  isoPath: line(4096).startsWith('/').describe("Absolute path on the server's machine."),
  sha256: Sha256.optional(),
  paths: z.strictObject({ kernel: line(1024), initrd: line(1024), rootfs: line(1024) }).optional(),
})

const Fact = line(256).min(1).optional()
const Match = z.strictObject({
  mac: line(32)
    .refine((text) => parseMacAddress(text) !== undefined, 'six hex pairs')
    .optional(),
  uuid: line(64)
    .refine((text) => parseUuid(text) !== undefined, 'a UUID')
    .optional(),
  serial: Fact,
  asset: Fact,
  hostname: Fact,
  product: Fact,
  manufacturer: Fact,
})

/** Text that may have several lines, as annotations do. */
const MachineOption = z
  .string()
  .max(4096)
  .regex(/^(?:[\t\n]|\P{Cc})*$/u, 'text without control characters but line breaks and tabs')

const Machine = z.strictObject({
  driver: ObjectName,
  boot: z.enum(['media', 'typed', 'pxe']).optional(),
  firmware: z.enum(['bios', 'uefi']).optional(),
  cpus: z.number().int().min(1).max(1024).optional(),
  memoryMiB: z.number().int().min(1).max(1_073_741_824).optional(),
  diskGiB: z.number().int().min(1).max(1_073_741_824).optional(),
  network: line(1024).min(1).optional(),
  probePorts: z.array(Port).max(16).readonly().optional(),
  options: z
    .record(z.string().min(1).max(160), MachineOption)
    .refine(
      (options) => Object.keys(options).length <= MAX_MACHINE_OPTIONS,
      `at most ${MAX_MACHINE_OPTIONS} options`,
    )
    .readonly(),
})

const Ready = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('auto') }),
  z.strictObject({ kind: z.literal('phone-home') }),
  z.strictObject({ kind: z.literal('local-ui'), port: Port }),
  z.strictObject({ kind: z.literal('tcp'), port: Port }),
  z.strictObject({ kind: z.literal('url'), url: line(2048).regex(/^https?:\/\/[^\s@]+$/) }),
  z.strictObject({ kind: z.literal('palette') }),
])

const Timeouts = z
  .partialRecord(
    z.enum(PHASES),
    z
      .number()
      .int()
      .min(1000)
      .max(30 * 86_400_000),
  )
  .readonly()
  .describe('Milliseconds a host may spend in a phase.')

const Host = z.strictObject({
  name: HostName,
  profile: ObjectName.optional(),
  installer: ObjectName,
  match: Match,
  labels: Labels,
  machine: Machine.optional(),
  kernelArgs: z.strictObject({ add: KernelArguments, remove: KernelArguments }),
  userData: z.string().max(MAX_USER_DATA).describe('The merged document. Secret as a whole.'),
  secretPaths: z
    .array(
      z
        .array(z.union([z.string().max(1024), z.number().int().min(0)]))
        .max(256)
        .readonly(),
    )
    .max(500)
    .readonly()
    .optional()
    .describe('Where the document has secrets that its keys do not tell, as keys and indexes.'),
  ready: Ready,
  localBoot: z.enum(LOCAL_BOOT_STRATEGIES),
  bootFile: z
    .string()
    .refine(isFirmwareName, 'a file name: letters, digits, dot, hyphen, underscore; at most 64')
    .optional(),
  approve: z.enum(['auto', 'manual']),
  bootScheme: z.enum(['http', 'https']).optional(),
  secureBoot: z.boolean().optional(),
  timeouts: Timeouts,
  readyWithinMs: z.number().int().min(1000).optional(),
  phoneHome: z.boolean(),
})

const Template = Host.pick({
  installer: true,
  kernelArgs: true,
  userData: true,
  secretPaths: true,
  ready: true,
  localBoot: true,
  bootFile: true,
  approve: true,
  bootScheme: true,
  secureBoot: true,
  timeouts: true,
  phoneHome: true,
})

const Profile = z.strictObject({
  name: ObjectName,
  maxParallel: Count.optional(),
  stopAfterFailures: Count.optional(),
  template: Template.optional().describe('What a machine becomes that is adopted with this profile. Secret.'),
})
const ProfileView = Profile.omit({ template: true })

const UnknownHosts = z.discriminatedUnion('policy', [
  z.strictObject({ policy: z.enum(['ignore', 'local', 'discover']) }),
  z.strictObject({ policy: z.literal('profile'), profile: ObjectName }),
])

const Palette = z.strictObject({ endpoint: line(256).min(1), projectUid: line(64).min(1).optional() })

/** What somebody wants to be; the same as `DesiredFleet` of the domain, which explains the fields. */
export const DesiredFleet = z
  .strictObject({
    installers: z.array(Installer).max(1000).readonly(),
    profiles: z.array(Profile).max(1000).readonly(),
    hosts: z.array(Host).max(MAX_HOSTS).readonly(),
    unknownHosts: UnknownHosts,
    palette: Palette.optional(),
    maxParallel: Count.optional(),
  })
  .meta({ id: 'DesiredFleet' })
export type DesiredFleet = z.infer<typeof DesiredFleet>

/** A host's definition as it is shown: without its user-data, of which the digest is told, and secrets masked. */
export const DesiredHostView = Host.omit({ userData: true, secretPaths: true })
  .extend({ userDataSha256: Sha256 })
  .meta({ id: 'DesiredHostView' })

/** What is in force. */
export const FleetView = z
  .object({
    version: z.string(),
    installers: z.array(Installer).readonly(),
    profiles: z.array(ProfileView).readonly(),
    hosts: z.array(DesiredHostView).readonly(),
    unknownHosts: UnknownHosts,
    palette: Palette.optional(),
    maxParallel: Count.optional(),
  })
  .meta({ id: 'FleetView' })
export type FleetView = z.infer<typeof FleetView>

/** What would change, or has changed. */
export const FleetPlan = z
  .object({
    version: z.string(),
    changes: z
      .array(
        z.object({
          kind: z.enum(['create', 'update', 'remove', 'keep']),
          object: z.enum(['host', 'installer', 'profile', 'policy']),
          name: z.string(),
          what: z.array(z.string()).readonly(),
        }),
      )
      .readonly(),
    unchanged: z.number().int(),
    warnings: z.array(z.string()).readonly(),
  })
  .meta({ id: 'FleetPlan' })
export type FleetPlan = z.infer<typeof FleetPlan>

/**
 * A few hosts that differ in nothing but their names, added to the fleet in force as `edgeboot up` does it. A name that
 * is taken is refused.
 */
export const AddHostsRequest = z
  .strictObject({
    names: z.array(HostName).min(1).max(1000).readonly(),
    installer: ObjectName.describe('A registered one.'),
    userData: z.string().max(MAX_USER_DATA).describe('One document for all of them. Secret as a whole.'),
    profile: ObjectName.optional().describe('An existing one whose limits they share; a new one otherwise.'),
    labels: Labels.optional(),
    machine: Machine.optional().describe('Missing: physical hosts, known by `match`.'),
    match: Match.optional().describe('For one host alone.'),
    ready: Ready.optional(),
    approve: z.enum(['auto', 'manual']).optional(),
  })
  .meta({ id: 'AddHostsRequest' })
export type AddHostsRequest = z.infer<typeof AddHostsRequest>

/** Whether what is no longer asked for is removed. */
export const FleetQuery = z.strictObject({
  prune: z
    .enum(['true', 'false'])
    .default('false')
    .describe('Also remove hosts, machines included, and installers that are no longer asked for.'),
})
