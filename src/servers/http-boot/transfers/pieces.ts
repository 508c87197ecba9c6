import type { ByteRange } from '../../../codec/http-range/range.ts'
import type { Extent } from '../../../domain/installer.ts'

/** Blobs share what they read in aligned pieces of this size, so reads never cross such a border. */
const ALIGNMENT_BYTES = 1024 * 1024
const SMALLEST_PIECE_BYTES = 32 * 1024

/**
 * Bytes one client may have on its way when `clients` share `budgetBytes`: a power of two from 32 KiB to 1 MiB, so
 * that pieces fit the alignment.
 */
export function pieceBytesFor(clients: number, budgetBytes: number): number {
  let bytes = ALIGNMENT_BYTES
  while (bytes > SMALLEST_PIECE_BYTES && bytes * clients > budgetBytes) bytes /= 2
  return bytes
}

/** Bytes from there up to the next border between pieces of that size. */
export function alignedBytes(at: number, pieceBytes: number): number {
  return pieceBytes - (at % pieceBytes)
}

/** Where in the blob the bytes of `range` of a file lie. Ends early when the extents are shorter than the range. */
export function locate(extents: readonly Extent[], range: ByteRange): readonly Extent[] {
  const found: Extent[] = []
  let skip = range.offsetBytes
  let left = range.lengthBytes
  for (const extent of extents) {
    const skipped = Math.min(skip, extent.lengthBytes)
    skip -= skipped
    const lengthBytes = Math.min(extent.lengthBytes - skipped, left)
    left -= lengthBytes
    if (lengthBytes > 0) found.push({ offsetBytes: extent.offsetBytes + skipped, lengthBytes })
  }
  return found
}
