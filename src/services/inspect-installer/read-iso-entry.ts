import type { Extent } from '../../domain/installer.ts'
import type { RandomAccess } from '../../ports/blob-source.ts'

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
