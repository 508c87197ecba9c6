const MASK = '***'

/** What is masked stands in the second group. */
const SECRET_TEXTS: readonly RegExp[] = [
  // The secret part of `/h/TOKEN/…`, in URLs and paths alike; at the end of a text it may have been cut.
  /(\/h\/)([a-z2-7]{8,}|[a-z2-7]+$)/gm,
  // The rest of a token whose URL was cut in front of it or within it.
  /(^\/?|\/)([a-z2-7]{1,32})(?=\/(?:config\.yaml|events)\b)/gm,
  // A whole token, wherever it stands; see `parseConfigToken`.
  /(^|[^A-Za-z0-9])([a-z2-7]{32})(?![A-Za-z0-9])/gm,
  // The password in `scheme://user:password@host`.
  /(\b[a-z][a-z0-9+.-]{0,31}:\/\/[^\s/:@]{0,256}:)([^\s/@]{1,1024})(?=@)/gi,
  /(\b(?:bearer|basic)\s+)([A-Za-z0-9+/=._~-]{8,})/gi,
  // Header lines and settings that ended up in a message.
  /((?:api[-_]?key|edgehosttoken|password|passwd)["']?\s*[:=]\s*["']?)([^\s"',;}]{1,4096})/gi,
  /(-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----)([\s\S]*?(?:-----END [A-Z ]{0,32}PRIVATE KEY-----|$))/g,
]

/** The text with the secrets masked that can be told by how they look or by what stands before them. */
export function maskSecrets(text: string): string {
  return SECRET_TEXTS.reduce((masked, pattern) => masked.replaceAll(pattern, `$1${MASK}`), text)
}
