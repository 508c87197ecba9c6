import { readSha256Sum } from '../codec/sha256sum/sha256sum.ts'
import { Failure } from '../domain/failure.ts'
import type { BlobIdentity } from '../ports/blob-source.ts'
import type { Digester } from '../ports/digester.ts'
import type { TextFiles } from '../ports/text-files.ts'

/** A checksum file holds a line or a few. */
const MAX_SUM_BYTES = 64 * 1024

/**
 * Compares an ISO with the `.sha256` file beside it. Resolves to the digest, or to nothing where there is no such
 * file. Failure `installer.digest-mismatch` when they differ or the file states none.
 */
export async function verifyIsoDigest(
  identity: BlobIdentity,
  { digester, files }: { readonly digester: Digester; readonly files: TextFiles },
  signal: AbortSignal,
): Promise<string | undefined> {
  const sidecar = `${identity.path}.sha256`
  const text = await files.readTextFile(sidecar, MAX_SUM_BYTES)
  if (text === undefined) return undefined
  const stated = readSha256Sum(text, identity.path.replace(/^.*\//, ''))
  if (!stated)
    throw new Failure(
      'installer.digest-mismatch',
      `${sidecar} states no SHA-256 for this ISO; correct or remove it`,
    )
  const whole = { offsetBytes: 0, lengthBytes: identity.sizeBytes }
  const found = await digester.sha256(identity, [whole], signal)
  if (found === stated) return found
  throw new Failure(
    'installer.digest-mismatch',
    `${identity.path} is not the ISO that ${sidecar} speaks of: its SHA-256 is ${found}, stated is ${stated}; copy it again`,
  )
}
