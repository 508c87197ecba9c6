import { X509Certificate } from 'node:crypto'
import { rootCertificates } from 'node:tls'
import { Failure } from '../../domain/failure.ts'
import type { CertificateKind } from '../../domain/netboot/tls-clients.ts'

const BEGIN = '-----BEGIN CERTIFICATE-----'
const MAX_CHAIN = 10

/**
 * Who vouches for the first certificate of a PEM text, going by those that follow it: itself, an authority of the
 * list that browsers trust (Mozilla's, as Node.js has it), or another one. A chain whose middle is missing counts as
 * private, as most clients take it. Failure `certificate.invalid` when there is no certificate in it.
 */
export function classifyCertificate(
  pem: string,
  publicRoots: readonly string[] = rootCertificates,
): CertificateKind {
  const [leaf, ...others] = certificatesIn(pem)
  if (!leaf) throw new Failure('certificate.invalid', 'there is no certificate in the PEM file')
  if (isBy(leaf, leaf)) return 'self-signed'
  let last = leaf
  for (;;) {
    const at = others.findIndex((other) => isBy(last, other))
    const [next] = at < 0 ? [] : others.splice(at, 1)
    if (!next) break
    last = next
  }
  const isPublic = publicRoots.some((text) => {
    const root = new X509Certificate(text)
    return root.fingerprint256 === last.fingerprint256 || isBy(last, root)
  })
  return isPublic ? 'public' : 'private-authority'
}

/** The first ten of a PEM text. Failure `certificate.invalid` for a damaged one. */
export function certificatesIn(pem: string): X509Certificate[] {
  const texts = pem.split(BEGIN).slice(1, MAX_CHAIN + 1)
  return texts.map((text) => parse(BEGIN + text))
}

function parse(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch (error) {
    throw new Failure('certificate.invalid', 'one of the certificates in the PEM file is damaged', {}, error)
  }
}

function isBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
}
