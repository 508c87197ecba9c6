/** A UUID in canonical form (RFC 9562 §4): lower case, 8-4-4-4-12. */
export type Uuid = string & { readonly __type: 'Uuid' }

/** Accepts either case; anything that is not 8-4-4-4-12 hex is `undefined`. */
export function parseUuid(text: string): Uuid | undefined {
  const canonical = text.trim().toLowerCase()
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(canonical) ? (canonical as Uuid) : undefined
}

/**
 * The same sixteen bytes with the first three fields read in the other byte order: SMBIOS stores them little-endian
 * (DSP0134 §7.2.1), and firmware and tools disagree on whether to show them so.
 */
export function swapByteOrder(uuid: Uuid): Uuid {
  const swap = (field: string): string => (field.match(/../g) ?? []).toReversed().join('')
  const [low = '', middle = '', high = '', ...rest] = uuid.split('-')
  return [swap(low), swap(middle), swap(high), ...rest].join('-') as Uuid
}

/** A version 4 UUID (RFC 9562 §5.4) from sixteen random bytes. */
export function uuidFromRandomBytes(random: Uint8Array): Uuid {
  const bytes = Uint8Array.from(random.subarray(0, 16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') as Uuid
}
