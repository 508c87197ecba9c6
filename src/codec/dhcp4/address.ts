import { malformed } from './malformed.ts'

/** Four bytes at `at`, dotted. */
export function readAddress(bytes: Uint8Array, at: number): string {
  return bytes.subarray(at, at + 4).join('.')
}

/** The four bytes of a dotted address. Failure `packet.malformed` names the field. */
export function writeAddress(address: string, field: string): Uint8Array {
  const parts = /^\d{1,3}(\.\d{1,3}){3}$/.test(address) ? address.split('.').map(Number) : []
  if (parts.length === 4 && parts.every((part) => part <= 255)) return Uint8Array.from(parts)
  throw malformed(field, `'${address.slice(0, 40)}' is no dotted IPv4 address`, 0)
}
