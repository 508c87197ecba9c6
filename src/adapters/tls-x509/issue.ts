import 'reflect-metadata'
import { randomBytes, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import * as x509 from '@peculiar/x509'

/** P-256 with SHA-256: what every client of today accepts (CA/Browser Forum Baseline Requirements §6.1.5). */
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

const DAY_MS = 86_400_000
const CA_DAYS = 3650
/** Longest life that clients accept for a leaf (CA/Browser Forum Baseline Requirements §6.3.2, Apple: 398). */
const LEAF_DAYS = 397

/** A certificate and its private key (PKCS #8), as PEM. */
export interface IssuedPair {
  readonly certificatePem: string
  readonly keyPem: string
}

/** A new certificate authority of our own, good for ten years, for leaves only. `nowMs` is epoch milliseconds. */
export async function issueAuthority(nowMs: number): Promise<IssuedPair> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const serial = serialNumber()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial,
    // With the serial number, so that clients which trust an older one of ours do not mix them up.
    name: `CN=Edgeboot CA ${serial.slice(0, 8)}`,
    ...validity(nowMs, CA_DAYS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { certificatePem: pemOf(certificate), keyPem: await exportKey(keys.privateKey) }
}

/** A server certificate of the authority for DNS names and IP addresses. `nowMs` is epoch milliseconds. */
export async function issueLeaf(
  authority: IssuedPair,
  names: readonly string[],
  nowMs: number,
): Promise<IssuedPair> {
  const issuer = new x509.X509Certificate(authority.certificatePem)
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: 'CN=Edgeboot',
    issuer: issuer.subject,
    ...validity(nowMs, LEAF_DAYS),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: await importKey(authority.keyPem),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value })),
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
    ],
  })
  return { certificatePem: pemOf(certificate), keyPem: await exportKey(keys.privateKey) }
}

/** Begins an hour back, because clocks of clients are late. */
function validity(nowMs: number, days: number): { readonly notBefore: Date; readonly notAfter: Date } {
  return { notBefore: new Date(nowMs - DAY_MS / 24), notAfter: new Date(nowMs + days * DAY_MS) }
}

/** 127 random bits, positive (RFC 5280 §4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return bytes.toString('hex')
}

function pemOf(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem').trim()}\n`
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return `${x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY').trim()}\n`
}

async function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  return await webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pem), ALGORITHM, false, [
    'sign',
  ])
}
