import { Failure } from '../../domain/failure.ts'
import { type IsoExtent, SECTOR_BYTES } from './volume-descriptor.ts'

/** One record of a directory (ECMA-119 §9.1), names undecoded. */
export interface DirectoryRecord {
  readonly extent: IsoExtent
  readonly isDirectory: boolean
  /** More records of the same file follow (§9.1.6, multi-extent). */
  readonly hasMore: boolean
  readonly identifier: Uint8Array
  /** The System Use field (§9.1.13), where Rock Ridge lives. */
  readonly systemUse: Uint8Array
  /** Where the record stands in the image, for messages. */
  readonly offset: number
}

const FIXED_BYTES = 33
const DIRECTORY_FLAG = 0x02
const ASSOCIATED_FLAG = 0x04
const MULTI_EXTENT_FLAG = 0x80

/**
 * The records of a directory, `.` and `..` among them. `bytes` is the whole directory, `offset` its place in the
 * image. Records do not cross sectors; the rest of a sector behind the last record is zero (§6.8.1.1). Little-endian
 * fields win over their big-endian twins, which some writers get wrong. Failure `iso.malformed`.
 */
export function decodeDirectory(bytes: Uint8Array, offset: number): readonly DirectoryRecord[] {
  const records: DirectoryRecord[] = []
  let at = 0
  while (at < bytes.length) {
    const length = bytes[at] ?? 0
    if (length === 0) {
      at = (Math.floor(at / SECTOR_BYTES) + 1) * SECTOR_BYTES
      continue
    }
    const record = bytes.subarray(at, at + length)
    const sectorEnd = (Math.floor(at / SECTOR_BYTES) + 1) * SECTOR_BYTES
    if (length < FIXED_BYTES + 1 || at + length > sectorEnd || record.length < length) {
      throw malformed(`a directory record of ${length} bytes`, offset + at)
    }
    const decoded = decodeRecord(record, offset + at)
    // Associated files are resource forks; the file itself has a record of its own.
    if (((record[25] ?? 0) & ASSOCIATED_FLAG) === 0) records.push(decoded)
    at += length
  }
  return records
}

function decodeRecord(record: Uint8Array, offset: number): DirectoryRecord {
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength)
  const flags = view.getUint8(25)
  const nameLength = view.getUint8(32)
  if (nameLength === 0 || FIXED_BYTES + nameLength > record.length) {
    throw malformed(`a name of ${nameLength} bytes in a directory record of ${record.length} bytes`, offset)
  }
  if (view.getUint8(26) !== 0 || view.getUint8(27) !== 0)
    throw malformed('an interleaved file, which nobody writes', offset)
  // The extended attribute record, in blocks, stands before the data (§9.1.2).
  const block = view.getUint32(2, true) + view.getUint8(1)
  const systemUseAt = FIXED_BYTES + nameLength + (nameLength % 2 === 0 ? 1 : 0)
  return {
    extent: { block, lengthBytes: view.getUint32(10, true) },
    isDirectory: (flags & DIRECTORY_FLAG) !== 0,
    hasMore: (flags & MULTI_EXTENT_FLAG) !== 0,
    identifier: record.subarray(FIXED_BYTES, FIXED_BYTES + nameLength),
    systemUse: record.subarray(Math.min(systemUseAt, record.length)),
    offset,
  }
}

function malformed(what: string, offset: number): Failure {
  return new Failure('iso.malformed', `the ISO has ${what} at byte ${offset}; it is damaged`, { offset })
}
