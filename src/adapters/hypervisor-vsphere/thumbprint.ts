import { Failure } from '../../domain/failure.ts'

/**
 * A digest of a certificate, SHA-1 or SHA-256, in hex with or without colons; upper-case pairs joined by colons
 * afterwards. Failure `usage.invalid` naming `source`.
 */
export function parseThumbprint(text: string, source: string): string {
  const digits = text.trim().replaceAll(':', '').toUpperCase()
  const pairs = /^(?:[0-9A-F]{40}|[0-9A-F]{64})$/.test(digits) ? digits.match(/../g) : null
  if (pairs) return pairs.join(':')
  throw new Failure(
    'usage.invalid',
    `${source}: expected the SHA-1 or SHA-256 digest of the certificate, 20 or 32 hex pairs such as AB:CD:…`,
  )
}

/**
 * The thumbprint of a server (`HOST:PORT`) in a file of lines `HOST:PORT THUMBPRINT`; without a port 443 is meant.
 * Lines of other servers are not looked at. Failure `usage.invalid` when the server's own line is wrong.
 */
export function knownThumbprint(lines: string, address: string, source: string): string | undefined {
  for (const line of lines.split(/\r?\n/)) {
    const [where = '', thumbprint = ''] = line.trim().split(/\s+/, 2)
    if (withPort(where.toLowerCase()) === address) {
      return parseThumbprint(thumbprint, `${source}, the line of ${address}`)
    }
  }
  return undefined
}

function withPort(where: string): string {
  return /:\d+$/.test(where) ? where : `${where}:443`
}
