/** Names whose values are never logged, wherever they stand. */
const SECRET_NAME =
  /^(token|passwd|password|encodedpassword|edgehosttoken|authorization|cookie|set-cookie|apikey|secret|key)$/i

/** The secret part of `/h/TOKEN/…`, in URLs and paths alike. */
const SECRET_PATH = /(\/h\/)[a-z2-7]{8,}/g

const MAX_DEPTH = 6
const MASK = '***'

/** The value with secrets masked; errors become their type, message, code and stack. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return value.replaceAll(SECRET_PATH, `$1${MASK}`)
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
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => redact(item, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      SECRET_NAME.test(name) && typeof item !== 'object' ? MASK : redact(item, depth + 1),
    ]),
  )
}
