import { maskSecrets } from '../../domain/secret-text.ts'

/** Names whose values are never logged, wherever they stand. */
const SECRET_NAME =
  /^(.*(token|passwd|password|passphrase|secret|api[-_]?key|private[-_]?key|secret[-_]?key|pairingkey)s?|(proxy-)?authorization|(set-)?cookie|credentials?|key)$/i

const MAX_DEPTH = 6
const MASK = '***'

/** The value with secrets masked; errors become their type, message, code and stack. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return maskSecrets(value)
  if (value instanceof Error) {
    const { name, message, stack, cause } = value
    const code = (value as { code?: unknown }).code
    return redact(
      { type: name, message, ...(code ? { code } : {}), stack, ...(cause ? { cause } : {}) },
      depth,
    )
  }
  if (value === null || typeof value !== 'object') return value
  if (depth >= MAX_DEPTH) return '…'
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`
  if (value instanceof URL) return maskSecrets(value.href)
  if (value instanceof Map) return redact(Object.fromEntries(value), depth)
  if (value instanceof Set) return redact([...value], depth)
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => redact(item, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      isSecret(name, item) ? MASK : redact(item, depth + 1),
    ]),
  )
}

/** What stands under a secret's name is one as a whole, lists and maps too; that there is none may be seen. */
function isSecret(name: string, item: unknown): boolean {
  return SECRET_NAME.test(name) && item !== null && item !== undefined && typeof item !== 'boolean'
}
