import { Failure } from '../../domain/failure.ts'
import type { Extent } from '../../domain/installer.ts'
import type { RandomAccess } from '../../ports/blob-source.ts'
import { openIsoDirectory } from './iso-directory.ts'

/** The first `lengthBytes` of a file that lies in these extents. */
export async function readIsoEntry(
  blob: RandomAccess,
  { extents }: { readonly extents: readonly Extent[] },
  lengthBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(lengthBytes)
  let done = 0
  for (const extent of extents) {
    const next = Math.min(extent.lengthBytes, lengthBytes - done)
    if (next <= 0) break
    bytes.set(await blob.read(extent.offsetBytes, next, signal), done)
    done += next
  }
  return bytes.subarray(0, done)
}

/** A whole small file. Failure `iso.path-not-found`, or `iso.malformed` when it is larger than allowed. */
export async function readIsoFile(
  blob: RandomAccess,
  path: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const entry = await (await openIsoDirectory(blob, signal)).find(path)
  if (entry?.kind !== 'file') throw new Failure('iso.path-not-found', `the ISO has no file ${path}`, { path })
  if (entry.sizeBytes > maxBytes) {
    throw new Failure(
      'iso.malformed',
      `${path} in the ISO has ${entry.sizeBytes} bytes, more than the ${maxBytes} it may have`,
    )
  }
  return readIsoEntry(blob, entry, entry.sizeBytes, signal)
}
