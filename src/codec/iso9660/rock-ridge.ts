import { ascii } from './volume-descriptor.ts'

/** What one System Use area says (SUSP, IEEE P1281; Rock Ridge, IEEE P1282). */
export interface SystemUse {
  /** Piece of the POSIX name (NM); `nameContinues` when another NM follows. */
  readonly name?: string
  readonly nameContinues?: boolean
  /** Target of a symbolic link (SL), or a piece of it. */
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

/** Reads an area as far as it makes sense; what follows a broken entry is left alone, as padding is. */
export function decodeSystemUse(area: Uint8Array): SystemUse {
  let result: { -readonly [K in keyof SystemUse]: SystemUse[K] } = { isRockRidge: false }
  let at = 0
  for (let count = 0; count < MAX_ENTRIES && at + 4 <= area.length; count += 1) {
    const length = area[at + 2] ?? 0
    if (length < 4 || at + length > area.length) break
    const signature = ascii(area, at, 2)
    if (signature === 'ST') break
    result = { ...result, ...decodeEntry(signature, area.subarray(at + 4, at + length), result) }
    at += length
  }
  return result
}

function decodeEntry(signature: string, body: Uint8Array, before: SystemUse): Partial<SystemUse> {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  switch (signature) {
    case 'SP':
      return body.length >= 3 && body[0] === 0xbe && body[1] === 0xef
        ? { isRockRidge: true, skip: body[2] ?? 0 }
        : {}
    case 'RR':
    case 'PX':
      return { isRockRidge: true }
    case 'NM': {
      const flags = body[0] ?? 0
      // Bits 1 and 2 mean `.` and `..`, which have no name of their own.
      if ((flags & 0b110) !== 0) return { isRockRidge: true }
      const name = (before.name ?? '') + new TextDecoder('utf-8').decode(body.subarray(1))
      return { isRockRidge: true, name, nameContinues: (flags & 1) !== 0 }
    }
    case 'SL':
      return { isRockRidge: true, link: joinLink(before.link, decodeLink(body.subarray(1))) }
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

/** Component records of SL (P1282 §4.1.3.1): flags, length, text. */
function decodeLink(body: Uint8Array): string {
  let text = ''
  let at = 0
  while (at + 2 <= body.length) {
    const flags = body[at] ?? 0
    const length = body[at + 1] ?? 0
    const component = new TextDecoder('utf-8').decode(body.subarray(at + 2, at + 2 + length))
    const shown = (flags & 8) !== 0 ? '/' : (flags & 4) !== 0 ? '..' : (flags & 2) !== 0 ? '.' : component
    text = joinLink(text === '' ? undefined : text, shown)
    at += 2 + length
  }
  return text
}

function joinLink(before: string | undefined, next: string): string {
  if (before === undefined || before === '') return next
  return before.endsWith('/') ? before + next : `${before}/${next}`
}
