import { Failure } from '../../domain/failure.ts'

/** Sectors of an ISO are 2048 bytes (ECMA-119 §6.1.2). */
export const SECTOR_BYTES = 2048
/** Volume descriptors begin at this sector (ECMA-119 §6.2.1). */
export const FIRST_DESCRIPTOR_SECTOR = 16
/** More descriptors than this are no descriptors. */
export const MAX_DESCRIPTORS = 64

/** A place on the disc: first block and length in bytes. */
export interface IsoExtent {
  readonly block: number
  readonly lengthBytes: number
}

/** One volume descriptor (ECMA-119 §8). `joliet` is a supplementary one with a UCS-2 escape sequence. */
export type VolumeDescriptor =
  | {
      readonly kind: 'primary' | 'joliet'
      readonly volumeLabel: string
      readonly blockBytes: number
      readonly volumeBlocks: number
      readonly root: IsoExtent
    }
  | { readonly kind: 'boot' | 'other' | 'terminator' }

/** Failure `iso.malformed` when the sector is no volume descriptor. `offset` is where it stands, for the message. */
export function decodeVolumeDescriptor(sector: Uint8Array, offset: number): VolumeDescriptor {
  if (sector.length < SECTOR_BYTES || ascii(sector, 1, 5) !== 'CD001') {
    throw new Failure(
      'iso.malformed',
      `this is no ISO 9660 image: no volume descriptor at byte ${offset}; is it an ISO, and whole?`,
      { offset },
    )
  }
  switch (sector[0]) {
    case 0:
      return { kind: 'boot' }
    case 255:
      return { kind: 'terminator' }
    case 1:
      return volume('primary', sector, offset)
    case 2:
      return isJoliet(sector) ? volume('joliet', sector, offset) : { kind: 'other' }
    default:
      return { kind: 'other' }
  }
}

function volume(kind: 'primary' | 'joliet', sector: Uint8Array, offset: number): VolumeDescriptor {
  const view = new DataView(sector.buffer, sector.byteOffset, sector.byteLength)
  const blockBytes = view.getUint16(128, true)
  if (![512, 1024, 2048].includes(blockBytes)) {
    throw new Failure(
      'iso.malformed',
      `logical blocks of ${blockBytes} bytes at byte ${offset + 128} cannot be`,
      { offset },
    )
  }
  return {
    kind,
    volumeLabel: label(kind, sector),
    blockBytes,
    volumeBlocks: view.getUint32(80, true),
    root: { block: view.getUint32(156 + 2, true), lengthBytes: view.getUint32(156 + 10, true) },
  }
}

/** Escape sequences of UCS-2 levels 1 to 3 (Joliet specification, SVD escape sequences field). */
function isJoliet(sector: Uint8Array): boolean {
  return /^%\/[@CE]/.test(ascii(sector, 88, 3))
}

function label(kind: 'primary' | 'joliet', sector: Uint8Array): string {
  const bytes = sector.subarray(40, 72)
  const text = kind === 'joliet' ? decodeUcs2(bytes) : ascii(bytes, 0, 32)
  return text.replaceAll('\0', '').trimEnd()
}

export function ascii(bytes: Uint8Array, start: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(start, start + length))
}

/** Big-endian UCS-2, as Joliet writes names. A trailing odd byte is left out. */
export function decodeUcs2(bytes: Uint8Array): string {
  let text = ''
  for (let index = 0; index + 1 < bytes.length; index += 2) {
    text += String.fromCharCode(((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0))
  }
  return text
}
