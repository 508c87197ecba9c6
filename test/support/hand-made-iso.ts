/** A directory record with plain name; lengths little-endian only, as the reader wants them (ECMA-119 §9.1). */
export function record(name: string | Uint8Array, block: number, length: number, flags: number): Uint8Array {
  const identifier = typeof name === 'string' ? new TextEncoder().encode(name) : name
  const bytes = new Uint8Array(34 + identifier.length - (identifier.length % 2 === 0 ? 0 : 1))
  const view = new DataView(bytes.buffer)
  bytes[0] = bytes.length
  view.setUint32(2, block, true)
  view.setUint32(10, length, true)
  bytes[25] = flags
  bytes[32] = identifier.length
  bytes.set(identifier, 33)
  return bytes
}

/** The System Use field of a record, behind its name. */
export function withSystemUse(one: Uint8Array, ...entries: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array([...one, ...entries.flatMap((entry) => [...entry])])
  bytes[0] = bytes.length
  return bytes
}

/** SP: this ISO has Rock Ridge (SUSP §5.3). */
export const SP = Uint8Array.of(0x53, 0x50, 7, 1, 0xbe, 0xef, 0)

/** NM: a POSIX name (P1282 §4.1.4). */
export function posixName(name: string): Uint8Array {
  return Uint8Array.of(0x4e, 0x4d, 5 + name.length, 1, 0, ...new TextEncoder().encode(name))
}

/** CE: more entries stand at the start of a block (SUSP §5.1). */
export function continuation(block: number, lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(28)
  bytes.set([0x43, 0x45, 28, 1])
  const view = new DataView(bytes.buffer)
  view.setUint32(4, block, true)
  view.setUint32(20, lengthBytes, true)
  return bytes
}

/** Where the root directory begins, in blocks of 2048 bytes. */
export const ROOT_BLOCK = 20
/** The record of the root in itself. */
export const dot = record(Uint8Array.of(0), ROOT_BLOCK, 2048, 2)

/** An image whose root directory has these records, from block 20 on, and takes as many sectors as they need. */
export function imageOf(records: readonly Uint8Array[], { blocks }: { readonly blocks: number }): Uint8Array {
  const image = new Uint8Array(blocks * 2048)
  const view = new DataView(image.buffer)
  for (const [sector, type] of [
    [16, 1],
    [17, 255],
  ] as const) {
    image.set([type, ...new TextEncoder().encode('CD001'), 1], sector * 2048)
  }
  let at = ROOT_BLOCK * 2048
  for (const one of records) {
    if ((at % 2048) + one.length > 2048) at += 2048 - (at % 2048)
    image.set(one, at)
    at += one.length
  }
  view.setUint16(16 * 2048 + 128, 2048, true)
  view.setUint32(16 * 2048 + 158, ROOT_BLOCK, true)
  view.setUint32(16 * 2048 + 166, Math.ceil((at - ROOT_BLOCK * 2048) / 2048) * 2048, true)
  return image
}
