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
