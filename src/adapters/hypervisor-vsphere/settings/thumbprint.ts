import { Failure } from '../../../domain/failure.ts'
import { parseThumbprint } from '../../../domain/thumbprint.ts'

/** A digest of a certificate, upper-case pairs joined by colons. Failure `usage.invalid` naming `source`. */
export function requireThumbprint(text: string, source: string): string {
  const thumbprint = parseThumbprint(text.trim())
  if (thumbprint) return thumbprint
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
      return requireThumbprint(thumbprint, `${source}, the line of ${address}`)
    }
  }
  return undefined
}

function withPort(where: string): string {
  return /:\d+$/.test(where) ? where : `${where}:443`
}
