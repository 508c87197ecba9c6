import type { Selectable } from 'kysely'
import { z } from 'zod'
import { type AccessToken, ROLES } from '../../domain/access.ts'
import type { RecordedAuditEntry } from '../../domain/audit.ts'
import type { RecordedEvent } from '../../domain/event.ts'
import { Failure } from '../../domain/failure.ts'
import type { Boot, Host } from '../../domain/host.ts'
import { parseMacAddress } from '../../domain/mac-address.ts'
import { isMachineName } from '../../domain/machine.ts'
import { parseBootId, parseConfigToken } from '../../domain/opaque-id.ts'
import { parseUuid } from '../../domain/uuid.ts'
import type { RegisteredInstaller } from '../../ports/installer-store.ts'
import type { SecretBox } from '../../ports/secret-box.ts'
import type { Tables } from './tables.ts'

/** A schema for text that one of the domain's parsers accepts. */
function parsed<T>(parse: (text: string) => T | undefined) {
  return z.string().transform((text, context) => {
    const value = parse(text)
    if (value === undefined) context.addIssue({ code: 'custom', message: 'not in its canonical form' })
    return value as T
  })
}

const NETWORK = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('user') }),
  z.strictObject({ kind: z.literal('bridge'), bridge: z.string() }),
  z.strictObject({ kind: z.literal('tap'), device: z.string() }),
  z.strictObject({ kind: z.literal('named'), name: z.string() }),
])

const OPTIONS = z.record(z.string(), z.string()).readonly()

const SPEC = z.strictObject({
  name: z.string(),
  mac: parsed(parseMacAddress),
  uuid: parsed(parseUuid),
  firmware: z.enum(['bios', 'uefi']),
  cpus: z.int().min(1),
  memoryMiB: z.int().min(1),
  diskGiB: z.int().min(1),
  network: NETWORK,
  probePorts: z.array(z.int()).readonly(),
  assignsMac: z.boolean().exactOptional(),
  /** What only the driver knows, as JSON; some of it may be secret. */
  sealedOptions: z.string().exactOptional(),
  /** The same in the clear, in rows of older programs; sealed when the host is stored again. */
  options: OPTIONS.exactOptional(),
})

const HOST = z.strictObject({
  name: z.string().refine(isMachineName),
  spec: SPEC.exactOptional(),
  boot: z.enum(['media', 'typed', 'pxe']),
  driver: z.string(),
  createdAt: z.number(),
})

/** What is written has to satisfy it, or it could not be read back. */
type StoredHost = z.output<typeof HOST>

const INSTALLER = z.strictObject({
  name: z.string(),
  identity: z.strictObject({
    path: z.string(),
    sizeBytes: z.number(),
    modifiedNs: z.string(),
    inode: z.string(),
  }),
  paths: z.strictObject({ kernel: z.string(), initrd: z.string(), rootfs: z.string() }).exactOptional(),
  sha256: z.string().exactOptional(),
  addedAt: z.number(),
})

const EVENT_DATA = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))

/**
 * Failure `store.failed` naming table and key when the row is not what this program writes, `secret.unreadable` when it
 * was sealed with another key.
 */
export function readHost(row: Tables['hosts'], secretBox: SecretBox): Host {
  return read('hosts', row.name, () => {
    const { spec: stored, ...host } = HOST.parse(JSON.parse(row.definition))
    if (!stored) return host
    const { sealedOptions, ...spec } = stored
    if (sealedOptions === undefined) return { ...host, spec }
    const options = OPTIONS.parse(JSON.parse(secretBox.open(sealedOptions)))
    return { ...host, spec: { ...spec, options } }
  })
}

/** The text that `readHost` reads. */
export function writeHost({ spec: known, ...host }: Host, secretBox: SecretBox): string {
  if (!known) return JSON.stringify(host satisfies StoredHost)
  const { options, ...spec } = known
  const sealed = options ? { sealedOptions: secretBox.seal(JSON.stringify(options)) } : {}
  return JSON.stringify({ ...host, spec: { ...spec, ...sealed } } satisfies StoredHost)
}

/** Failure `secret.unreadable` when the token was sealed with another key. */
export function readBoot(row: Tables['boots'], secretBox: SecretBox): Boot {
  return read('boots', row.boot_id, () => {
    const bootId = parseBootId(row.boot_id)
    const token = parseConfigToken(secretBox.open(row.sealed_token))
    if (!bootId || !token) throw new Error('not in its canonical form')
    return { bootId, token, host: row.host, createdAt: Number(row.created_at) }
  })
}

export function readEvent(row: Selectable<Tables['events']>): RecordedEvent {
  return read('events', row.id, () => {
    const data = EVENT_DATA.parse(JSON.parse(row.data))
    const bootId = row.boot_id === null ? undefined : parseBootId(row.boot_id)
    const { id, host, type } = row
    return { id, host, time: Number(row.time), type, data, ...(bootId ? { bootId } : {}) } as RecordedEvent
  })
}

export function readInstaller(row: Tables['installers']): RegisteredInstaller {
  return read('installers', row.name, () => INSTALLER.parse(JSON.parse(row.definition)))
}

const TOKEN = z.strictObject({
  id: z.int(),
  name: z.string(),
  role: z.enum(ROLES),
  createdAt: z.number(),
  expiresAt: z.number().exactOptional(),
  revokedAt: z.number().exactOptional(),
  lastUsedAt: z.number().exactOptional(),
})

export function readAccessToken(row: Omit<Selectable<Tables['access_tokens']>, 'hash'>): AccessToken {
  return read('access_tokens', row.id, () =>
    TOKEN.parse({
      id: row.id,
      name: row.name,
      role: row.role,
      createdAt: row.created_at,
      ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
      ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
      ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at }),
    }),
  )
}

const OUTCOME = z.enum(['done', 'refused'])

export function readAuditEntry(row: Selectable<Tables['audit']>): RecordedAuditEntry {
  return read('audit', row.id, () => {
    const { id, time, who, action, object } = row
    const detail = EVENT_DATA.parse(JSON.parse(row.detail))
    return { id, time, who, action, object, outcome: OUTCOME.parse(row.outcome), detail }
  })
}

/** Orders by the code units of names: databases differ in the order of letters they were set up with. */
export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}

function read<T>(table: string, key: string | number, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure(
      'store.failed',
      `the state database is damaged: row ${key} of table ${table} cannot be understood; restore it from a backup, or delete that host or installer`,
      { table, key },
      error,
    )
  }
}
