import { readCertificatesFile, readSecretFile } from '../adapters/files-node/given-files.ts'
import type { VsphereTrust } from '../adapters/hypervisor-vsphere/vsphere-settings.ts'
import { Failure } from '../domain/failure.ts'
import { parseThumbprint } from '../domain/thumbprint.ts'

/** How to reach vSphere, as given on the command line; each goes before its variable of govc. */
export interface VsphereFlags {
  /** As GOVC_URL. */
  readonly url?: string | undefined
  readonly user?: string | undefined
  /** Only its owner may read it. */
  readonly passwordFile?: string | undefined
  /** PEM certificates of the authorities to trust, instead of the system's. */
  readonly caFile?: string | undefined
  /** Of the certificate of the server, SHA-1 or SHA-256. */
  readonly thumbprint?: string | undefined
  /** The certificate is not checked at all. */
  readonly insecure?: boolean | undefined
}

/** The same with its files read; what is left out is for the environment to say. */
export interface VsphereGiven {
  readonly url?: string
  readonly user?: string
  readonly password?: string
  readonly trust?: VsphereTrust
}

/** Failure `usage.invalid` for files that cannot be used, and for more than one way to check the certificate. */
export async function readVsphereFlags(flags: VsphereFlags): Promise<VsphereGiven> {
  const { url, user, passwordFile } = flags
  if (url !== undefined) refusePassword(url)
  const trust = await trustOf(flags)
  return {
    ...(url === undefined ? {} : { url }),
    ...(user === undefined ? {} : { user }),
    ...(passwordFile === undefined ? {} : { password: await readPassword(passwordFile) }),
    ...(trust ? { trust } : {}),
  }
}

async function trustOf({ caFile, thumbprint, insecure }: VsphereFlags): Promise<VsphereTrust | undefined> {
  const given = [
    ...(caFile === undefined ? [] : ['--vsphere-ca-file']),
    ...(thumbprint === undefined ? [] : ['--vsphere-thumbprint']),
    ...(insecure ? ['--insecure'] : []),
  ]
  if (given.length > 1)
    throw new Failure(
      'usage.invalid',
      `${given.join(' and ')} exclude each other: one way to check a certificate`,
    )
  if (caFile !== undefined)
    return { kind: 'authorities', pem: await readCertificatesFile(caFile, '--vsphere-ca-file') }
  if (thumbprint !== undefined) return { kind: 'thumbprint', thumbprint: requireThumbprint(thumbprint) }
  return insecure ? { kind: 'none' } : undefined
}

function requireThumbprint(text: string): string {
  const thumbprint = parseThumbprint(text)
  if (thumbprint) return thumbprint
  throw new Failure(
    'usage.invalid',
    `--vsphere-thumbprint ${text.slice(0, 100)}: expected the SHA-1 or SHA-256 digest of a certificate, such as AA:BB:…`,
  )
}

/** Every user of the machine can see arguments. */
function refusePassword(url: string): void {
  if (/^([a-z]+:\/\/)?[^/]*:.*@/i.test(url))
    throw new Failure(
      'usage.invalid',
      '--vsphere-url has a password in it, which everybody here can see; use --vsphere-password-file or GOVC_PASSWORD',
    )
}

/** Editors end files with a line break; passwords may have spaces. */
async function readPassword(path: string): Promise<string> {
  const password = (await readSecretFile(path, '--vsphere-password-file')).replace(/\r?\n$/, '')
  if (/^[^\p{Cc}]{1,1024}$/u.test(password)) return password
  throw new Failure('usage.invalid', `--vsphere-password-file ${path}: expected one password in one line`, {
    path,
  })
}
