/** SHA-256 of "iPXE root CA", the one authority of builds without `TRUST=` (iPXE, src/crypto/rootcert.c). Hex. */
export const IPXE_ROOT_SHA256 = '9faf717b7f8ca2f93c256c79f8ac5591895d66d1ff3bee6397a70d29c65eed1a'

/**
 * Whether an iPXE binary that is not packed (EFI) holds that SHA-256 fingerprint: the authorities it trusts were put into it as
 * fingerprints when it was built (https://ipxe.org/crypto, "Trusted root certificates"). The fingerprint has 32 bytes.
 */
export function holdsFingerprint(binary: Uint8Array, fingerprint: Uint8Array): boolean {
  const [first] = fingerprint
  if (fingerprint.length !== 32 || first === undefined) return false
  for (let at = binary.indexOf(first); at >= 0; at = binary.indexOf(first, at + 1)) {
    if (fingerprint.every((byte, index) => binary[at + index] === byte)) return true
  }
  return false
}
