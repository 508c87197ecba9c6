import { readApiKey, readCaFile } from '../adapters/palette-api/credentials.ts'
import { createPaletteRegistry } from '../adapters/palette-api/palette-registry.ts'
import { Failure } from '../domain/failure.ts'
import type { Host } from '../domain/host.ts'
import {
  DEFAULT_PALETTE_ENDPOINT,
  type PaletteIdentity,
  paletteIdentity,
  parsePaletteEndpoint,
  parseProjectUid,
} from '../domain/palette.ts'
import { isBefore } from '../domain/phase.ts'
import type { ReadyProbe } from '../domain/ready-probe.ts'
import type { UserDataSummary } from '../domain/user-data.ts'
import type { HostBook } from '../services/host-book.ts'
import { createRegistrationCheck, type RegistrationCheck } from '../services/registration-check.ts'
import type { Workplace } from './workplace.ts'

/** Where hosts register, and what lets us look. */
export interface PaletteOptions {
  readonly endpoint?: string | undefined
  readonly projectUid?: string | undefined
  readonly apiKeyFile?: string | undefined
  readonly caFile?: string | undefined
}

/** The same, read and found to be in order. */
export interface PaletteSettings {
  readonly endpoint: string
  readonly projectUid?: string | undefined
  /** Secret. */
  readonly apiKey?: string | undefined
  /** PEM. */
  readonly ca?: string | undefined
}

/** Reads the key and the certificates. Failure `usage.invalid`, which never holds any part of the key. */
export async function readPaletteSettings(
  palette: PaletteOptions,
  env: NodeJS.ProcessEnv = process.env,
): Promise<PaletteSettings> {
  const value = env['EDGEBOOT_PALETTE_API_KEY']
  const { apiKeyFile: file, caFile } = palette
  const apiKey = await readApiKey({
    ...(value === undefined ? {} : { value }),
    ...(file === undefined ? {} : { file }),
  })
  return {
    apiKey,
    endpoint: parsePaletteEndpoint(palette.endpoint ?? DEFAULT_PALETTE_ENDPOINT),
    projectUid: palette.projectUid === undefined ? undefined : parseProjectUid(palette.projectUid),
    ca: caFile === undefined ? undefined : await readCaFile(caFile),
  }
}

/** Looking for duplicates is a courtesy; it does not hold up the work for longer than this. Milliseconds. */
const PREFLIGHT_MS = 30_000

/** `check` is `undefined` when no API key is configured. */
export interface OpenPalette extends Disposable {
  readonly check: RegistrationCheck | undefined
  readonly where: { readonly endpoint: string; readonly projectUid?: string | undefined }
}

/**
 * Reads the key and everything else that can be wrong before anything is begun. Failure `usage.invalid`, also when
 * the probe `palette` cannot ever succeed: without a key, or for hosts that do not register.
 */
export async function openRegistration(
  { palette = {} }: { readonly palette?: PaletteOptions },
  probe: ReadyProbe,
  userData: UserDataSummary,
  env: NodeJS.ProcessEnv = process.env,
): Promise<{
  readonly identity: PaletteIdentity
  open(place: Pick<Workplace, 'clock' | 'random' | 'log'>): OpenPalette
}> {
  const identity = paletteIdentity(userData)
  const { apiKey, endpoint, projectUid, ca } = await readPaletteSettings(palette, env)
  if (probe.kind === 'palette') requireRegistration(apiKey, userData)
  return {
    identity,
    open: (place) => {
      if (apiKey === undefined || userData.managementMode === 'local') {
        return { check: undefined, where: { endpoint, projectUid }, [Symbol.dispose]: () => undefined }
      }
      const registry = createPaletteRegistry({
        endpoint,
        apiKey,
        clock: place.clock,
        ...(projectUid === undefined ? {} : { projectUid }),
        ...(ca === undefined ? {} : { ca }),
      })
      const check = createRegistrationCheck({ ...place, registry })
      return { check, where: { endpoint, projectUid }, [Symbol.dispose]: () => registry[Symbol.dispose]() }
    },
  }
}

/** What stands in the way of the hosts that have yet to install; each sentence once, after half a minute at most. */
export async function warnOfRegistration(
  input: {
    readonly hosts: readonly Host[]
    readonly book: HostBook
    readonly identity: PaletteIdentity
    readonly palette: OpenPalette
  },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { hosts, book, identity, palette } = input
  const { check } = palette
  if (!check) return []
  const warnings = new Set<string>()
  if (identity.siteName !== undefined && hosts.length > 1) {
    warnings.add(
      `stylus.site.name is the id of a host in Palette, and all ${hosts.length} hosts have “${identity.siteName}”: only ` +
        'one of them can register; leave it out, or give each host its own',
    )
  }
  const limit = AbortSignal.timeout(PREFLIGHT_MS)
  for (const { name, spec } of hosts) {
    const life = book.state(name)?.life
    if (!spec || (life && !isBefore(life.phase, 'config'))) continue
    try {
      const either = AbortSignal.any([signal, limit])
      const found = await check.checkBefore({ ...identity, name, uuid: spec.uuid }, either)
      for (const warning of found.warnings) warnings.add(warning)
      if (found.trouble) break
    } catch (error) {
      if (signal.aborted || !limit.aborted) throw error
      warnings.add(`Palette was not asked for ${name} and the hosts after it: that would have taken too long`)
      break
    }
  }
  return [...warnings]
}

function requireRegistration(apiKey: string | undefined, { managementMode }: UserDataSummary): void {
  if (managementMode === 'local') {
    throw new Failure(
      'usage.invalid',
      '--ready palette: the user-data has managementMode: local, and such hosts never register; use --ready local-ui',
    )
  }
  if (apiKey === undefined) {
    throw new Failure(
      'usage.invalid',
      '--ready palette needs an API key of Palette: name its file with --palette-api-key-file, or put it into ' +
        'EDGEBOOT_PALETTE_API_KEY',
    )
  }
}
