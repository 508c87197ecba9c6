/**
 * True for keys of user-data whose values are never shown: `edgeHostToken`, `password`, `passwd`,
 * `encodedPassword`, `registration_token`, `apiKey`, `privateKey` and the like. Public keys are no secrets.
 */
export function isSecretKey(key: string): boolean {
  return /(token|passw(or)?d|passphrase|secret|credential|api[-_]?key|private[-_]?key|pairing[-_]?key)$/i.test(
    key,
  )
}
