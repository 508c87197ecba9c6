import { malformed } from './malformed.ts'

const PAD = 0
const OVERLOAD = 52
const MESSAGE_TYPE = 53
const END = 255
/** What one length byte can say. */
const MAX_PART_BYTES = 255
/** More instances than there are codes; nobody sends as many. */
const MAX_INSTANCES = 255

/** The options of one message, gathered from the fields that hold them. */
export interface OptionList {
  /** Adds those between two bytes of the datagram. Failure `packet.malformed`. */
  read(field: string, start: number, end: number): void
  /** Removes one and gives it. */
  take(code: number): Uint8Array | undefined
  /** Each option once, in the order of their first parts (RFC 3396). Copies. */
  joined(): ReadonlyMap<number, Uint8Array>
}

/** `bytes` is the whole datagram, for offsets in failures. */
export function createOptionList(bytes: Uint8Array): OptionList {
  const parts = new Map<number, Uint8Array[]>()
  let instances = 0
  return {
    read(field, start, end) {
      for (let at = start; at < end && bytes[at] !== END; ) {
        const code = bytes[at] ?? PAD
        if (code === PAD) {
          at += 1
          continue
        }
        const value = at + 2
        const length = value <= end ? (bytes[at + 1] ?? 0) : 0
        if (value > end || value + length > end) {
          throw malformed(`option ${code}`, `it goes beyond the end of ${field} at byte ${end}`, at)
        }
        instances += 1
        if (instances > MAX_INSTANCES) throw malformed(field, `more than ${MAX_INSTANCES} options`, at)
        const part = bytes.subarray(value, value + length)
        parts.set(code, [...(parts.get(code) ?? []), part])
        at = value + length
      }
    },
    take(code) {
      const value = parts.get(code)
      parts.delete(code)
      return value && joinBytes(value)
    },
    joined: () => new Map([...parts].map(([code, value]) => [code, joinBytes(value)])),
  }
}

/** With the end option. Failure `packet.malformed`; `offset` is where the options will stand. */
export function encodeOptionList(options: ReadonlyMap<number, Uint8Array>, offset: number): Uint8Array {
  const first = [...options].filter(([code]) => code === MESSAGE_TYPE)
  const rest = [...options].filter(([code]) => ![PAD, OVERLOAD, MESSAGE_TYPE, END].includes(code))
  const parts = [...first, ...rest].flatMap(([code, value]) => split(code, value, offset))
  if (parts.length > MAX_INSTANCES) throw malformed('options', `more than ${MAX_INSTANCES} options`, offset)
  return joinBytes([...parts, Uint8Array.of(END)])
}

/** An option as one part after the other; an empty one is one part. */
function split(code: number, value: Uint8Array, offset: number): readonly Uint8Array[] {
  if (!Number.isInteger(code) || code < PAD || code > END)
    throw malformed('options', `no option ${code}`, offset)
  const count = Math.max(1, Math.ceil(value.length / MAX_PART_BYTES))
  return Array.from({ length: count }, (_, index) => {
    const part = value.subarray(index * MAX_PART_BYTES, (index + 1) * MAX_PART_BYTES)
    return joinBytes([Uint8Array.of(code, part.length), part])
  })
}

/** One after the other, as bytes of their own. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}
