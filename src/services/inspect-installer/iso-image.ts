import { type DirectoryRecord, decodeDirectory } from '../../codec/iso9660/directory-record.ts'
import { decodeSystemUse, type SystemUse } from '../../codec/iso9660/rock-ridge.ts'
import {
  decodeVolumeDescriptor,
  FIRST_DESCRIPTOR_SECTOR,
  type IsoExtent,
  MAX_DESCRIPTORS,
  SECTOR_BYTES,
} from '../../codec/iso9660/volume-descriptor.ts'
import { Failure } from '../../domain/failure.ts'
import type { Extent } from '../../domain/installer.ts'
import type { RandomAccess } from '../../ports/blob-source.ts'

/** A directory of an installer has a few hundred entries; this much of one is read and no more. Bytes. */
const MAX_DIRECTORY_BYTES = 8 * 1024 * 1024
const MAX_CONTINUATIONS = 32
const MAX_CONTINUATION_BYTES = 64 * 1024
/** All continuations of an ISO together; real ones need one or two for some of their entries. */
const MAX_ALL_CONTINUATIONS = 200_000
const MAX_ALL_CONTINUATION_BYTES = 64 * 1024 * 1024

export interface Volume {
  readonly kind: 'primary' | 'joliet'
  readonly volumeLabel: string
  readonly blockBytes: number
  readonly root: IsoExtent
}

/** Reads of an ISO that never leave the file, each with the path being read for messages. */
export interface IsoImage {
  readonly volumes: readonly Volume[]
  directory(extent: IsoExtent, blockBytes: number, path: string): Promise<readonly DirectoryRecord[]>
  /** The System Use of a record with all its continuations. */
  systemUse(record: DirectoryRecord, skip: number, blockBytes: number, path: string): Promise<SystemUse>
  /** Byte range of an extent. Failure `iso.malformed` when it leaves the file. */
  locate(extent: IsoExtent, blockBytes: number, path: string): Extent
}

/** Reads the volume descriptors. Failure `iso.malformed` when there is no primary one. */
export async function openIsoImage(blob: RandomAccess, signal: AbortSignal): Promise<IsoImage> {
  const size = blob.identity.sizeBytes
  const continued = { areas: 0, bytes: 0 }

  function locate({ block, lengthBytes }: IsoExtent, blockBytes: number, path: string): Extent {
    const offsetBytes = block * blockBytes
    if (offsetBytes + lengthBytes <= size) return { offsetBytes, lengthBytes }
    const missing = offsetBytes + lengthBytes - size
    throw new Failure(
      'iso.malformed',
      `the ISO ends before ${path}: its bytes ${offsetBytes} to ${offsetBytes + lengthBytes} lie outside the file of ` +
        `${size} bytes, ${missing} bytes are missing; was it copied or downloaded completely?`,
      { path, offset: offsetBytes, missing },
    )
  }

  async function directory(
    extent: IsoExtent,
    blockBytes: number,
    path: string,
  ): Promise<readonly DirectoryRecord[]> {
    const { offsetBytes, lengthBytes } = locate(extent, blockBytes, path)
    if (lengthBytes > MAX_DIRECTORY_BYTES || lengthBytes === 0) {
      throw new Failure(
        'iso.malformed',
        `the directory ${path} at byte ${offsetBytes} claims ${lengthBytes} bytes`,
        {
          path,
          offset: offsetBytes,
        },
      )
    }
    return decodeDirectory(await blob.read(offsetBytes, lengthBytes, signal), offsetBytes)
  }

  async function systemUse(
    record: DirectoryRecord,
    skip: number,
    blockBytes: number,
    path: string,
  ): Promise<SystemUse> {
    let area = record.systemUse.subarray(skip)
    let use = decodeSystemUse(area)
    for (let count = 0; use.continuation; count += 1) {
      const { block, offset, lengthBytes } = use.continuation
      if (
        count >= MAX_CONTINUATIONS ||
        lengthBytes > MAX_CONTINUATION_BYTES ||
        offset > MAX_CONTINUATION_BYTES ||
        continued.areas >= MAX_ALL_CONTINUATIONS ||
        continued.bytes + lengthBytes > MAX_ALL_CONTINUATION_BYTES
      ) {
        throw new Failure(
          'iso.malformed',
          `the ISO has continuation areas without end at byte ${record.offset}, in ${path}; it is damaged or hostile`,
          {
            path,
            offset: record.offset,
          },
        )
      }
      const whole = locate(
        { block, lengthBytes: offset + lengthBytes },
        blockBytes,
        `the continuation area of ${path}`,
      )
      continued.areas += 1
      continued.bytes += lengthBytes
      const more = await blob.read(whole.offsetBytes + offset, lengthBytes, signal)
      area = joined(withoutContinuation(area), more)
      use = decodeSystemUse(area)
    }
    return use
  }

  const volumes: Volume[] = []
  for (let index = 0; index < MAX_DESCRIPTORS; index += 1) {
    const offset = (FIRST_DESCRIPTOR_SECTOR + index) * SECTOR_BYTES
    if (offset + SECTOR_BYTES > size) {
      throw new Failure(
        'iso.malformed',
        `this is no ISO 9660 image: it ends at byte ${size}, before its volume descriptors do`,
      )
    }
    const descriptor = decodeVolumeDescriptor(await blob.read(offset, SECTOR_BYTES, signal), offset)
    if (descriptor.kind === 'terminator') break
    if (descriptor.kind === 'primary' || descriptor.kind === 'joliet') volumes.push(descriptor)
  }
  if (!volumes.some(({ kind }) => kind === 'primary')) {
    throw new Failure('iso.malformed', 'this is no ISO 9660 image: it has no primary volume descriptor')
  }
  return { volumes, directory, systemUse, locate }
}

/** The area up to its CE entry and from behind it: the entry is replaced by what it points to. */
function withoutContinuation(area: Uint8Array): Uint8Array {
  let at = 0
  while (at + 4 <= area.length) {
    const length = area[at + 2] ?? 0
    if (length < 4 || at + length > area.length) break
    if (area[at] === 0x43 && area[at + 1] === 0x45)
      return joined(area.subarray(0, at), entriesOf(area.subarray(at + length)))
    at += length
  }
  return entriesOf(area)
}

/** The area without the padding behind its last entry, so that more entries can follow. */
function entriesOf(area: Uint8Array): Uint8Array {
  let at = 0
  while (at + 4 <= area.length) {
    const length = area[at + 2] ?? 0
    if (length < 4 || at + length > area.length) break
    at += length
  }
  return area.subarray(0, at)
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
