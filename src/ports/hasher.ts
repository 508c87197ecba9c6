/** Digests of short texts, for secrets that are recognised again but never read back. */
export interface Hasher {
  /** Lower-case hex SHA-256 of the text as UTF-8. */
  sha256(text: string): string
}
