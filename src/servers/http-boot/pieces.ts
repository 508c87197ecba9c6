import type { ByteRange } from '../../codec/http-range/range.ts'
import type { Extent } from '../../domain/installer.ts'

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

/**
 * Where in the blob the bytes of `range` of a file lie, piece by piece. `pieceBytes` is asked before each piece,
 * because the number of clients changes under way. Ends early when the extents are shorter than the range.
 */
export function* piecesOf(
  extents: readonly Extent[],
  range: ByteRange,
  pieceBytes: () => number,
): Generator<Extent, void, undefined> {
  let skip = range.offsetBytes
  let left = range.lengthBytes
  for (const extent of extents) {
    const skipped = Math.min(skip, extent.lengthBytes)
    skip -= skipped
    let offsetBytes = extent.offsetBytes + skipped
    let inExtent = Math.min(extent.lengthBytes - skipped, left)
    left -= inExtent
    while (inExtent > 0) {
      const size = pieceBytes()
      const lengthBytes = Math.min(inExtent, size - (offsetBytes % size))
      yield { offsetBytes, lengthBytes }
      offsetBytes += lengthBytes
      inExtent -= lengthBytes
    }
  }
}
