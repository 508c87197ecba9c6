import { ascii } from './volume-descriptor.ts'

/** What one System Use area says (SUSP, IEEE P1281; Rock Ridge, IEEE P1282). */
export interface SystemUse {
  /** The POSIX name (NM), of all its entries. */
  readonly name?: string
  /** Target of a symbolic link (SL), of all its entries. */
  readonly link?: string
  /** First block of the directory that was moved away from here (CL). */
  readonly childBlock?: number
  /** This directory was moved here from deeper down (RE) and is not to be shown. */
  readonly relocated?: boolean
  /** More entries stand elsewhere (CE): block, offset in it, length. */
  readonly continuation?: { readonly block: number; readonly offset: number; readonly lengthBytes: number }
  /** The area belongs to a volume with Rock Ridge: SP, RR or one of its entries was there. */
  readonly isRockRidge: boolean
  /** Bytes to skip at the start of each area (SP, only in the root's own record). */
  readonly skip?: number
}

/** More entries than this in one area cannot fit. */
const MAX_ENTRIES = 256

/** Bytes of what may be spread over several entries: writers cut where an entry is full, also inside of a character. */
interface Texts {
  readonly name: number[]
  readonly link: number[]
  /** The link's last component is not whole yet. */
  isOpen: boolean
}

/** Reads an area as far as it makes sense; what follows a broken entry is left alone, as padding is. */
export function decodeSystemUse(area: Uint8Array): SystemUse {
  const texts: Texts = { name: [], link: [], isOpen: false }
  let result: SystemUse = { isRockRidge: false }
  let at = 0
  for (let count = 0; count < MAX_ENTRIES && at + 4 <= area.length; count += 1) {
    const length = area[at + 2] ?? 0
    if (length < 4 || at + length > area.length) break
    const signature = ascii(area, at, 2)
    if (signature === 'ST') break
    result = { ...result, ...decodeEntry(signature, area.subarray(at + 4, at + length), texts) }
    at += length
  }
  return {
    ...result,
    ...(texts.name.length > 0 ? { name: utf8(texts.name) } : {}),
    ...(texts.link.length > 0 ? { link: utf8(texts.link) } : {}),
  }
}

function decodeEntry(signature: string, body: Uint8Array, texts: Texts): Partial<SystemUse> {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  switch (signature) {
    case 'SP':
      return body.length >= 3 && body[0] === 0xbe && body[1] === 0xef
        ? { isRockRidge: true, skip: body[2] ?? 0 }
        : {}
    case 'RR':
    case 'PX':
      return { isRockRidge: true }
    case 'NM':
      // Bits 1 and 2 mean `.` and `..`, which have no name of their own.
      if (((body[0] ?? 0) & 0b110) === 0) texts.name.push(...body.subarray(1))
      return { isRockRidge: true }
    case 'SL':
      addLink(body.subarray(1), texts)
      return { isRockRidge: true }
    case 'CL':
      return body.length >= 8 ? { isRockRidge: true, childBlock: view.getUint32(0, true) } : {}
    case 'RE':
      return { isRockRidge: true, relocated: true }
    case 'CE':
      return body.length >= 24
        ? {
            continuation: {
              block: view.getUint32(0, true),
              offset: view.getUint32(8, true),
              lengthBytes: view.getUint32(16, true),
            },
          }
        : {}
    default:
      return {}
  }
}

const SLASH = 0x2f
const DOT = 0x2e

/** Component records of SL (P1282 §4.1.3.1): flags, length, text; bit 0 says that the next one goes on with it. */
function addLink(body: Uint8Array, texts: Texts): void {
  let at = 0
  while (at + 2 <= body.length) {
    const flags = body[at] ?? 0
    const length = body[at + 1] ?? 0
    const { link } = texts
    if (!texts.isOpen && link.length > 0 && link.at(-1) !== SLASH) link.push(SLASH)
    if ((flags & 8) !== 0) link.push(SLASH)
    else if ((flags & 4) !== 0) link.push(DOT, DOT)
    else if ((flags & 2) !== 0) link.push(DOT)
    else link.push(...body.subarray(at + 2, at + 2 + length))
    texts.isOpen = (flags & 1) !== 0
    at += 2 + length
  }
}

function utf8(bytes: readonly number[]): string {
  return new TextDecoder('utf-8').decode(Uint8Array.from(bytes))
}
