import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { certificatesIn } from '../adapters/tls-x509/classify-certificate.ts'
import { holdsFingerprint, IPXE_ROOT_SHA256 } from '../codec/ipxe-binary/trusted-authority.ts'
import { parseEfiFile } from '../codec/pe/parse-efi-file.ts'
import { type SecureBootArchitecture, secureBootChain } from '../domain/netboot/secure-boot.ts'
import type { NetbootAbilities } from '../services/check-netboot.ts'
import type { OpenBootTls } from './boot-tls.ts'

/** More than any iPXE for EFI has. */
const MAX_IMAGE_BYTES = 16 * 1024 * 1024
/** iPXE for EFI is not packed, so what it trusts can be seen in it; builds for BIOS are. */
const EFI_IMAGES = ['ipxe.efi', 'ipxe-amd64.efi', 'ipxe-arm64.efi', 'snponly.efi']

/** Looks into the iPXE files of these folders, the first that has one counts, once at the start. */
export async function netbootAbilities(
  ipxeFolders: readonly string[],
  tls: OpenBootTls | undefined,
): Promise<NetbootAbilities> {
  const chainPem = tls && `${tls.certificate.certificatePem}${tls.certificate.authorityPem ?? ''}`
  return {
    certificate: tls?.kind,
    ipxeTrustsAuthority: chainPem ? await isTrusted(ipxeFolders, chainPem) : 'unknown',
    signed: { x64: await signedFiles(ipxeFolders, 'x64'), arm64: await signedFiles(ipxeFolders, 'arm64') },
  }
}

/**
 * Whether an iPXE that was found trusts one of these certificates. One that was built without another authority than the
 * project's does not, whoever issued them; of a file that is neither, nobody can say where the authority itself is not sent along.
 */
async function isTrusted(folders: readonly string[], chainPem: string): Promise<boolean | 'unknown'> {
  const images = await Promise.all(EFI_IMAGES.map((name) => findImage(folders, name)))
  const found = images.filter((bytes) => bytes !== undefined)
  const chain = certificatesIn(chainPem)
  const holds = (sha256: string) => found.some((bytes) => holdsFingerprint(bytes, Buffer.from(sha256, 'hex')))
  if (chain.some(({ fingerprint256 }) => holds(fingerprint256.replaceAll(':', '')))) return true
  const isWhole = chain.some((certificate) => certificate.checkIssued(certificate))
  return found.length > 0 && (isWhole || holds(IPXE_ROOT_SHA256)) ? false : 'unknown'
}

/** The release can lie in the folder as it was unpacked, with or without its own outermost folder. */
async function signedFiles(folders: readonly string[], architecture: SecureBootArchitecture) {
  const { folder, shim, next } = secureBootChain(architecture)
  const places = folders.flatMap((place) => [place, join(place, 'ipxeboot')])
  const look = async (name: string) => {
    const bytes = await findImage(places, name)
    return bytes && (parseEfiFile(bytes) ?? ('unreadable' as const))
  }
  const [shimFacts, nextFacts] = await Promise.all([look(join(folder, shim)), look(next)])
  return { ...(shimFacts ? { shim: shimFacts } : {}), ...(nextFacts ? { next: nextFacts } : {}) }
}

/** Absent where it cannot be read, whatever the reason, or is too large to be one. */
async function findImage(folders: readonly string[], name: string): Promise<Uint8Array | undefined> {
  for (const folder of folders) {
    try {
      await using file = await open(join(folder, name))
      const { size } = await file.stat()
      if (size <= MAX_IMAGE_BYTES) return await file.readFile()
    } catch {
      // The next folder may have it.
    }
  }
  return undefined
}
