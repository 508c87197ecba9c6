import type { UserDataPath } from './user-data-key.ts'
import { entriesAlong } from './user-data-keys.ts'

/** What stands in the place of a secret. */
export const MASK = '••••'

/** Key names that look secret where the key tables know nothing of the key. */
const SECRET_NAME =
  /passw(or)?d|^pass$|passphrase|secret|token|private[-_]?key|api[-_]?key|access[-_]?key|encryption[-_]?key|credential|^psk$|^auth$/i

/**
 * Whether the value at this path, or one it is part of, is secret: marked so in the key tables, or by its name where
 * the tables do not know the key. Pure; answers for paths that no document has, too.
 */
export function isSecretPath(path: UserDataPath): boolean {
  const entries = entriesAlong(path)
  return path.some((step, index) => {
    const entry = entries[index]
    if (entry) return entry.secret === true
    return typeof step === 'string' && SECRET_NAME.test(step)
  })
}

const NAMES = 'passw(?:or)?d|passphrase|secret|token|api[-_]?key|private[-_]?key|access[-_]?key'

/** Pieces of a text that are secrets by how they stand there; group 1 is what stays before them. */
const INLINE: readonly RegExp[] = [
  /(-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----)[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g,
  /(:\/\/[^\s/@:]{0,256}:)[^\s/@]{1,1024}(?=@)/g,
  /(\bBearer\s{1,4})[^\s"']+/gi,
  /()\$(?:1|2[abxy]|5|6|7|y|gy)\$[./A-Za-z0-9$=,]{8,}/g,
  new RegExp(`(--[\\w-]{0,64}(?:${NAMES})[\\w-]{0,64}\\s{1,4}["']?)[^\\s"'-][^\\s"']*`, 'gi'),
  new RegExp(`((?:${NAMES})[\\w-]{0,64}["']?\\s{0,4}[:=]\\s{0,4}["']?)[^\\s"'•][^\\s"',;}]*`, 'gi'),
]

/**
 * A text with the secrets in it masked that show themselves: passwords in URLs, `token=…`, `--password …`, private
 * keys, crypt hashes, bearer tokens. For commands and comments, where no key says that something is secret.
 */
export function maskInline(text: string): string {
  return INLINE.reduce((masked, pattern) => masked.replaceAll(pattern, `$1${MASK}`), text)
}

/**
 * A plain value (of a merged document, a plan, an answer of the API) with its secrets masked. `path` is where it
 * stands in the document; `secretPaths` are those tagged `!secret`. Truth values and empty ones are never secret.
 */
export function maskValues(
  value: unknown,
  secretPaths: readonly UserDataPath[] = [],
  path: UserDataPath = [],
): unknown {
  const tagged = new Set(secretPaths.map(keyOf))
  const mask = (part: unknown, at: UserDataPath, isSecret: boolean): unknown => {
    if (part === null || part === undefined || typeof part === 'boolean' || part === '') return part
    if (isSecret || tagged.has(keyOf(at)) || isSecretPath(at)) return MASK
    if (Array.isArray(part)) return part.map((item, index) => mask(item, [...at, index], false))
    if (typeof part === 'object') {
      return Object.fromEntries(
        Object.entries(part).map(([key, item]) => [maskInline(key), mask(item, [...at, key], false)]),
      )
    }
    return typeof part === 'string' ? maskInline(part) : part
  }
  const isBelow = path.some((_, index) => tagged.has(keyOf(path.slice(0, index))))
  return mask(value, path, isBelow)
}

/** A path as one string, for sets. */
export function keyOf(path: UserDataPath): string {
  return JSON.stringify(path)
}
