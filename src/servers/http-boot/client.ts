import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { plainAddress } from '../../domain/plain-address.ts'
import type { BootClient } from '../../ports/boot-desk.ts'

/** Name or address, and port, of a Host header. IPv6 addresses in brackets. */
export interface Authority {
  readonly host: string
  readonly port?: number
}

/**
 * A name, IPv4 address or bracketed IPv6 address with or without a port; anything else is `undefined`. Narrower than
 * RFC 3986 §3.2, because it ends up in scripts: letters, digits, dot, hyphen, nothing that iPXE or a shell reads.
 */
export function parseAuthority(text: string): Authority | undefined {
  const match =
    /^(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)(?::([0-9]{1,5}))?$/.exec(text)
  if (!match) return undefined
  const host = (match[1] ?? '').toLowerCase()
  if (host.startsWith('[') && !isIPv6(host.slice(1, -1))) return undefined
  if (match[2] === undefined) return { host }
  const port = Number(match[2])
  return port >= 1 && port <= 65535 ? { host, port } : undefined
}

/** The same for what a person writes, where an IPv6 address may go without its brackets. */
export function parseAdvertised(text: string): Authority | undefined {
  return parseAuthority(isIPv6(text) ? `[${text}]` : text)
}

/**
 * Who asks. `advertised` wins over the Host header, and a header that is missing or not in order gives way to the
 * address the connection came in on. The scheme is that of the connection, so a host that asks over HTTPS is told
 * of nothing else. With `securePort`, that of the HTTPS listener beside this one, `secureBase` says where it is.
 */
export function describeClient(
  request: IncomingMessage,
  advertised: Authority | undefined,
  securePort?: number,
): BootClient {
  const { socket, headers } = request
  const userAgent = printable(headers['user-agent'] ?? '')
  const address = plainAddress(socket.remoteAddress ?? '')
  const scheme = (socket as Partial<TLSSocket>).encrypted ? 'https' : 'http'
  const { host, port } = authorityOf()
  return {
    address,
    userAgent,
    base: renderBase(scheme, host, port),
    ...(securePort === undefined ? {} : { secureBase: renderBase('https', host, securePort) }),
  }

  function authorityOf(): Required<Authority> {
    const localPort = socket.localPort ?? DEFAULT_PORTS[scheme]
    if (advertised) return { host: advertised.host, port: advertised.port ?? localPort }
    const named = parseAuthority(headers.host ?? '')
    if (!named) {
      const local = plainAddress(socket.localAddress ?? '127.0.0.1')
      return { host: isIPv6(local) ? `[${local}]` : local, port: localPort }
    }
    // UEFI HTTP boot leaves out the port whatever it is; for everybody else none means that of the scheme.
    const impliedPort = userAgent.startsWith('UefiHttpBoot/') ? localPort : DEFAULT_PORTS[scheme]
    return { host: named.host, port: named.port ?? impliedPort }
  }
}

const DEFAULT_PORTS = { http: 80, https: 443 } as const

function renderBase(scheme: 'http' | 'https', host: string, port: number): string {
  return port === DEFAULT_PORTS[scheme] ? `${scheme}://${host}` : `${scheme}://${host}:${port}`
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 128)
}
