import { getCACertificates, type PeerCertificate, type TLSSocket } from 'node:tls'
import { Failure } from '../../../domain/failure.ts'
import type { VsphereTrust } from '../settings/vsphere-settings.ts'

let ofSystem: string[] | undefined

/** Certificates in PEM of those who may vouch for the server; `undefined` where they are not asked. */
export function authoritiesOf(trust: VsphereTrust): string | string[] | undefined {
  if (trust.kind === 'authorities') return trust.pem
  if (trust.kind !== 'system') return undefined
  // Node has authorities of its own, and knows those of the system only when it is asked for them.
  ofSystem ??= [...new Set([...getCACertificates('default'), ...getCACertificates('system')])]
  return ofSystem
}

/** Failure `driver.untrusted` when the server at the other end is not who it should be. Before a byte is sent to it. */
export function requireTrusted(socket: TLSSocket, trust: VsphereTrust, address: string): void {
  if (trust.kind === 'none') return
  const certificate = socket.getPeerCertificate()
  if (trust.kind === 'thumbprint') {
    requireThumbprint(certificate, trust.thumbprint, address)
    return
  }
  if (socket.authorized) return
  throw untrusted(
    `the certificate of ${address} is not trusted (${reasonOf(socket)}); give the file of its authority with ` +
      `GOVC_TLS_CA_CERTS or --vsphere-ca-file, or, if this is its SHA-256 thumbprint, say so with ` +
      `--vsphere-thumbprint ${certificate.fingerprint256 ?? ''}`,
  )
}

function requireThumbprint(
  { fingerprint, fingerprint256 }: PeerCertificate,
  wanted: string,
  address: string,
): void {
  const plain = (text: string): string => text.replaceAll(':', '').toLowerCase()
  const has = plain(wanted).length === 40 ? fingerprint : fingerprint256
  if (has !== undefined && plain(has) === plain(wanted)) return
  throw untrusted(
    `${address} has a certificate with thumbprint ${has ?? 'unknown'}, not the one that was pinned; if it was renewed, ` +
      'pin the new one, else somebody is in between',
  )
}

function reasonOf(socket: TLSSocket): string {
  // Declared as an Error, but it is the code as text.
  const reason: unknown = socket.authorizationError
  return String(reason instanceof Error ? reason.message : (reason ?? 'unknown reason')).slice(0, 200)
}

function untrusted(message: string): Failure {
  return new Failure('driver.untrusted', message)
}
