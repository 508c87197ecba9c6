import { Failure } from '../../../domain/failure.ts'

/** A server as people write it. */
export interface VsphereUrl {
  /** `https://HOST[:PORT]/sdk`, without user and password; `http://` for loopback only. */
  readonly url: string
  /** `HOST:PORT`, in lower case. */
  readonly address: string
  readonly user: string | undefined
  readonly password: string | undefined
}

const EXPECTED =
  'expected HOST, HOST:PORT, USER:PASSWORD@HOST or https://HOST/sdk, with what is special in user and password ' +
  'percent-encoded (/ as %2F, @ as %40, % as %25)'

/**
 * `HOST`, `HOST:PORT` or a URL, with or without user, password and the path `/sdk` (RFC 3986 §3.2). Failure
 * `usage.invalid` that names `source` and holds nothing of the text: what does not parse may be a password.
 */
export function parseVsphereUrl(text: string, source: string): VsphereUrl {
  const match = /^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/)?([^/?#]*)(?:\/(?:sdk\/?)?)?$/.exec(text.trim())
  const scheme = (match?.[1] ?? 'https').toLowerCase()
  const authority = match?.[2]
  if (authority === undefined || (scheme !== 'https' && scheme !== 'http')) throw refused(source)
  const at = authority.lastIndexOf('@')
  const place = readPlace(authority.slice(at + 1), scheme)
  if (!place) throw refused(source)
  const { host, port, hostname } = place
  if (scheme === 'http' && !isLoopback(hostname)) {
    throw new Failure(
      'usage.invalid',
      `${source}: over http:// everybody on the way to ${hostname} reads the password; use https:// (for a ` +
        'certificate of its own give --vsphere-ca-file or --vsphere-thumbprint)',
    )
  }
  const [user, password] = at < 0 ? [] : readUser(authority.slice(0, at), source)
  return { url: `${scheme}://${host}/sdk`, address: `${hostname}:${port}`, user, password }
}

interface HostAndPort {
  readonly host: string
  readonly hostname: string
  readonly port: string
}

/** By the platform's own rules for hosts, so that what is checked here is what is connected to. */
function readPlace(text: string, scheme: string): HostAndPort | undefined {
  if (!/^(\[[0-9A-Fa-f:.]+\]|[^[\]:\s\\%@]+)(:\d{1,5})?$/.test(text)) return undefined
  const url = URL.parse(`${scheme}://${text}/`)
  if (!url) return undefined
  return { host: url.host, hostname: url.hostname, port: url.port || (scheme === 'https' ? '443' : '80') }
}

function readUser(text: string, source: string): [string | undefined, string | undefined] {
  const colon = text.indexOf(':')
  const parts = colon < 0 ? [text] : [text.slice(0, colon), text.slice(colon + 1)]
  try {
    const [user = '', password] = parts.map(decodeURIComponent)
    return [user || undefined, password || undefined]
  } catch {
    throw refused(source)
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}

function refused(source: string): Failure {
  return new Failure('usage.invalid', `${source} is no address of a vCenter or ESXi: ${EXPECTED}`)
}
