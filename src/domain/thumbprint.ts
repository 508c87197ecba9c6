/**
 * The SHA-1 or SHA-256 digest of a certificate as people write it, with or without colons and in either case, as
 * upper-case hex pairs joined by colons; `undefined` for anything else.
 */
export function parseThumbprint(text: string): string | undefined {
  const isForm = /^(([0-9a-f]{2}:){19}|([0-9a-f]{2}:){31})[0-9a-f]{2}$|^([0-9a-f]{40}|[0-9a-f]{64})$/i.test(
    text,
  )
  if (!isForm) return undefined
  return text
    .replaceAll(':', '')
    .toUpperCase()
    .replace(/..(?!$)/g, '$&:')
}
