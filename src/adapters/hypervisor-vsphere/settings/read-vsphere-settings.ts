import { X509Certificate } from 'node:crypto'
import { Failure } from '../../../domain/failure.ts'
import { type NamedFile, type TrustWish, type VsphereFlags, vsphereWish } from './govc-environment.ts'
import { readSettingsFile } from './read-settings-file.ts'
import { knownThumbprint } from './thumbprint.ts'
import type { VsphereSettings, VsphereTrust } from './vsphere-settings.ts'

const MAX_PASSWORD_BYTES = 4096
const MAX_FILE_BYTES = 1024 * 1024

/**
 * The settings by the flags and then by the variables of govc, files read. `undefined` when neither names a server.
 * Failure `usage.invalid` naming the flag, variable or file and what would be right; never any part of a password.
 */
export async function readVsphereSettings(
  env: Readonly<Record<string, string | undefined>>,
  flags: VsphereFlags,
): Promise<VsphereSettings | undefined> {
  const wish = vsphereWish(env, flags)
  if (!wish) return undefined
  const { server, user, password, trust, defaults } = wish
  return {
    url: server.url,
    user,
    password: 'text' in password ? password.text : await readPassword(password),
    trust: await readTrust(trust, server.address),
    defaults,
  }
}

async function readPassword(file: NamedFile): Promise<string> {
  const text = await readSettingsFile(file, { maxBytes: MAX_PASSWORD_BYTES, secret: true })
  // An editor ends the line; everything else may be part of the password.
  const password = text.replace(/\r?\n$/, '')
  if (password !== '' && !/[\0\r\n]/.test(password)) return password
  throw new Failure(
    'usage.invalid',
    `${file.namedBy}: ${file.path} must hold the password in its only line`,
    { path: file.path },
  )
}

async function readTrust(wish: TrustWish, address: string): Promise<VsphereTrust> {
  if (wish.kind !== 'files') return wish
  const { authorities, knownHosts } = wish
  if (knownHosts) {
    const lines = await readSettingsFile(knownHosts, { maxBytes: MAX_FILE_BYTES })
    const thumbprint = knownThumbprint(lines, address, `${knownHosts.namedBy} ${knownHosts.path}`)
    if (thumbprint) return { kind: 'thumbprint', thumbprint }
  }
  if (authorities.length === 0) return { kind: 'system' }
  const certificates: string[] = []
  for (const file of authorities) certificates.push(await readCertificates(file))
  return { kind: 'authorities', pem: certificates.join('\n') }
}

async function readCertificates(file: NamedFile): Promise<string> {
  const text = await readSettingsFile(file, { maxBytes: MAX_FILE_BYTES })
  try {
    // TLS contexts skip in silence what they cannot read.
    const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
    if (blocks.length === 0) throw new Error('there is none in it')
    for (const block of blocks) new X509Certificate(block)
    return blocks.join('\n')
  } catch (error) {
    throw new Failure(
      'usage.invalid',
      `${file.namedBy}: ${file.path} must hold PEM certificates: ${(error as Error).message}`,
      { path: file.path },
      error,
    )
  }
}
