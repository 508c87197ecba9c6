import type { Extent } from '../../domain/installer.ts'
import type { RandomAccess } from '../../ports/blob-source.ts'

/** `lengthBytes` of a file that lies in these extents, from `from` on (its beginning by default); fewer at its end. */
export async function readIsoEntry(
  blob: RandomAccess,
  { extents }: { readonly extents: readonly Extent[] },
  lengthBytes: number,
  signal: AbortSignal,
  from = 0,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(lengthBytes)
  let done = 0
  let skip = from
  for (const extent of extents) {
    const skipped = Math.min(skip, extent.lengthBytes)
    skip -= skipped
    const next = Math.min(extent.lengthBytes - skipped, lengthBytes - done)
    if (next <= 0) continue
    bytes.set(await blob.read(extent.offsetBytes + skipped, next, signal), done)
    done += next
  }
  return bytes.subarray(0, done)
}
