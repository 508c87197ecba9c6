import { Failure } from './failure.ts'
import type { UserDataSummary } from './user-data.ts'
import { swapByteOrder, type Uuid } from './uuid.ts'

/** The id under which Palette knows an edge host. */
export type EdgeHostId = string & { readonly __type: 'EdgeHostId' }

/** Palette's own cloud, where nobody says otherwise. */
export const DEFAULT_PALETTE_ENDPOINT = 'https://api.spectrocloud.com'

/** Prefix of generated ids unless `stylus.site.prefix` says otherwise. */
const DEFAULT_PREFIX = 'edge'

/**
 * An id that Palette can have given: at most 128 characters, none of those its installer reference forbids. Refused
 * ones are `undefined`.
 */
export function parseEdgeHostId(text: string): EdgeHostId | undefined {
  return /^[A-Za-z0-9_-]{1,128}$/.test(text) ? (text as EdgeHostId) : undefined
}

/** What decides under which id a host registers, as far as it is known. */
export interface PaletteIdentity
  extends Pick<UserDataSummary, 'siteName' | 'sitePrefix' | 'hasOtherIdSource'> {
  /** Of its machine. */
  readonly uuid?: Uuid
}

/** The part of it that the user-data says. */
export function paletteIdentity(summary: UserDataSummary): PaletteIdentity {
  const { siteName, sitePrefix, hasOtherIdSource } = summary
  return {
    ...(siteName === undefined ? {} : { siteName }),
    ...(sitePrefix === undefined ? {} : { sitePrefix }),
    ...(hasOtherIdSource ? { hasOtherIdSource } : {}),
  }
}

/** Why the id cannot be told beforehand, where `edgeHostIds` has none. */
export function whyUnpredictable({ siteName, hasOtherIdSource }: PaletteIdentity): string {
  if (siteName !== undefined) return `stylus.site.name is “${siteName}”`
  if (hasOtherIdSource) return 'stylus.site.deviceUIDPaths names something else than the product UUID'
  return 'stylus.site.name is not set, and the UUID of its machine is not known'
}

/**
 * The ids a host may register under, the most likely first; none when they cannot be told beforehand. Without a
 * name in the user-data the id is the prefix and the product UUID without dashes (Palette's edge host registration
 * page). Hypervisors and firmware disagree about the byte order of the first three groups (SMBIOS 3.6 §7.2.1), so
 * both orders of the UUID count.
 */
export function edgeHostIds(host: PaletteIdentity): readonly EdgeHostId[] {
  if (host.siteName !== undefined) {
    // `$random` is filled in by the host itself.
    const named = parseEdgeHostId(host.siteName)
    return named ? [named] : []
  }
  const { sitePrefix: prefix = DEFAULT_PREFIX } = host
  if (host.uuid === undefined || host.hasOtherIdSource) return []
  const ids = [host.uuid, swapByteOrder(host.uuid)].map((uuid) =>
    parseEdgeHostId(`${prefix}-${uuid.replaceAll('-', '')}`),
  )
  return [...new Set(ids.filter((id) => id !== undefined))]
}

/**
 * The base URL of a Palette, without a slash at its end: a host name or an https URL without path, query or
 * credentials. Plain http only to this machine itself, because the API key travels in a header. Failure
 * `usage.invalid`.
 */
export function parsePaletteEndpoint(text: string): string {
  const match = /^(?:(https?):\/\/)?([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::(\d{1,5}))?\/?$/.exec(
    text.trim(),
  )
  const [, scheme = 'https', host = '', port] = match ?? []
  if (!match || (port !== undefined && (Number(port) < 1 || Number(port) > 65_535))) {
    throw new Failure(
      'usage.invalid',
      'the Palette endpoint: expected a host name or an https URL without path, such as api.spectrocloud.com',
    )
  }
  if (scheme === 'http' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(host)) {
    throw new Failure(
      'usage.invalid',
      `the Palette endpoint http://${host}: the API key would travel unencrypted; use https`,
    )
  }
  return `${scheme}://${host.toLowerCase()}${port === undefined ? '' : `:${port}`}`
}

/** The uid of a project as it may stand in a header and a path. Failure `usage.invalid`. */
export function parseProjectUid(text: string): string {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(text)) return text
  throw new Failure(
    'usage.invalid',
    'the Palette project: expected its uid (letters and digits, as in the address bar of Palette), not its name',
  )
}
