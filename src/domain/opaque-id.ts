const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'

/** The public id of one boot of one host, part of artifact URLs. Not a secret. */
export type BootId = string & { readonly __type: 'BootId' }

/** The secret under which one host and boot reads its configuration. Never a boot id, never logged. */
export type ConfigToken = string & { readonly __type: 'ConfigToken' }

/**
 * Bytes as lower-case base32 (RFC 4648 §6 without padding). Lower case and free of punctuation, because mode
 * words such as `COS_ACTIVE` or `kairos.reset` are looked for anywhere in the kernel line, URLs included.
 */
export function encodeBase32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let buffered = 0
  for (const byte of bytes) {
    buffered = (buffered << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += ALPHABET[(buffered >> bits) & 31]
    }
    buffered &= (1 << bits) - 1
  }
  return bits > 0 ? text + ALPHABET[(buffered << (5 - bits)) & 31] : text
}

/** Random bytes a boot id is made of: 80 bits, enough that two never meet. */
export const BOOT_ID_BYTES = 10
/** Random bytes a config token is made of: 160 bits, unguessable. */
export const CONFIG_TOKEN_BYTES = 20

export function parseBootId(text: string): BootId | undefined {
  return /^[a-z2-7]{16}$/.test(text) ? (text as BootId) : undefined
}

export function parseConfigToken(text: string): ConfigToken | undefined {
  return /^[a-z2-7]{32}$/.test(text) ? (text as ConfigToken) : undefined
}
