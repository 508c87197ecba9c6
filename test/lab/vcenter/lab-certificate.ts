import { createHash, X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type IssuedPair, issueAuthority, issueLeaf } from '../../../src/adapters/tls-x509/issue.ts'

/** The lab's certificate and what clients can know it by. */
export interface LabCertificate {
  readonly leaf: IssuedPair
  /** File with the authority's certificate. */
  readonly caFile: string
  /** `AA:BB:…` of the leaf. */
  readonly thumbprintSha1: string
  readonly thumbprintSha256: string
}

/** For 127.0.0.1 and localhost, by an authority of its own. */
export async function makeLabCertificate(directory: string): Promise<LabCertificate> {
  const authority = await issueAuthority(Date.now())
  const leaf = await issueLeaf(authority, ['127.0.0.1', 'localhost'], Date.now())
  const caFile = join(directory, 'ca.pem')
  writeFileSync(caFile, authority.certificatePem)
  const { raw } = new X509Certificate(leaf.certificatePem)
  const thumbprint = (hash: string): string =>
    (createHash(hash).update(raw).digest('hex').toUpperCase().match(/../g) ?? []).join(':')
  return { leaf, caFile, thumbprintSha1: thumbprint('sha1'), thumbprintSha256: thumbprint('sha256') }
}
