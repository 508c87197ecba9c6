const MASK = '***'

/** What is masked stands in the second group. What is added here is only looked for where `HINT` is found. */
const SECRET_TEXTS: readonly RegExp[] = [
  // The secret part of `/h/TOKEN/…`, in URLs and paths alike.
  /(\/h\/)([a-z2-7]{8,})/g,
  // A whole token, wherever it stands; see `parseConfigToken`.
  /(^|[^A-Za-z0-9])([a-z2-7]{32})(?![A-Za-z0-9])/gm,
  // The password in `scheme://user:password@host`.
  /(\b[a-z][a-z0-9+.-]{0,31}:\/\/[^\s/:@]{0,256}:)([^\s/@]{1,1024})(?=@)/gi,
  /(\b(?:bearer|basic)\s+)([A-Za-z0-9+/=._~-]{8,})/gi,
  // Header lines and settings that ended up in a message.
  /((?:api[-_]?key|edgehosttoken|password|passwd)["']?\s*[:=]\s*["']?)([^\s"',;}]{1,4096})/gi,
  /(-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----)([\s\S]*?(?:-----END [A-Z ]{0,32}PRIVATE KEY-----|$))/g,
]

/** Every text that one of those changes has this in it. Most texts have not, and looking once costs a fraction of looking for each. */
const HINT = /\/h\/|[a-z2-7]{32}|:\/\/|bearer|basic|api[-_]?key|edgehosttoken|passw|-----BEGIN/i
/** The shortest is `apikey=x`. */
const SHORTEST = 8

/** Parts of a token whose URL was cut within it. */
const SECRET_PIECES: readonly RegExp[] = [
  /(\/h\/)([a-z2-7]+)$/gm,
  /^(\/?)([a-z2-7]{1,32})(?=\/(?:config\.yaml|events)\b)/gm,
]

/** The text with the secrets masked that can be told by how they look or by what stands before them. */
export function maskSecrets(text: string): string {
  return text.length < SHORTEST || !HINT.test(text) ? text : mask(text, SECRET_TEXTS)
}

/** The same for lines that their sender may have cut anywhere. */
export function maskSecretsInPieces(text: string): string {
  return mask(maskSecrets(text), SECRET_PIECES)
}

function mask(text: string, patterns: readonly RegExp[]): string {
  return patterns.reduce((masked, pattern) => masked.replaceAll(pattern, `$1${MASK}`), text)
}
