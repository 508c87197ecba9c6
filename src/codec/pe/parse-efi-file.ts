import type { EfiFileFacts, SecureBootArchitecture } from '../../domain/netboot/secure-boot.ts'

/** Microsoft PE format: offsets in bytes. */
const PE_POINTER = 0x3c
const COFF_BYTES = 24
/** `Machine` (Machine Types). */
const MACHINES: Readonly<Record<number, SecureBootArchitecture>> = { 34404: 'x64', 43620: 'arm64' }
/** `Magic` of the optional header → offset of the data directories in it. */
const DIRECTORIES: Readonly<Record<number, number>> = { 267: 96, 523: 112 }
const SUBSYSTEM = 68
const EFI_APPLICATION = 10
/** Index of the attribute certificate table, whose place is an offset in the file and no address. */
const CERTIFICATES = 4
/** `wCertificateType`: PKCS #7 SignedData, the one that UEFI looks at (UEFI 2.10 §32.2.4). */
const PKCS7 = 2

/** What the first bytes of an EFI file say, and where its signature would be. */
export interface EfiHead extends Omit<EfiFileFacts, 'isSigned'> {
  /** Inside the file, and longer than its own header. */
  readonly signature?: { readonly offsetBytes: number; readonly lengthBytes: number }
}

/** `bLength`, `wRevision` and `wCertificateType` of an entry of the certificate table. */
export const SIGNATURE_HEAD_BYTES = 8

/**
 * The headers of an EFI file (Microsoft "PE Format"; UEFI 2.10 §2.1.1) of that many bytes, of which the first are given;
 * `undefined` when it is none, or its headers are cut off.
 */
export function parseEfiHead(head: Uint8Array, sizeBytes: number): EfiHead | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const has = (offset: number, length: number): boolean => offset + length <= view.byteLength
  if (!has(PE_POINTER, 4) || view.getUint16(0) !== 0x4d5a) return undefined
  const pe = view.getUint32(PE_POINTER, true)
  const optional = pe + COFF_BYTES
  if (!has(optional, SUBSYSTEM + 2) || view.getUint32(pe) !== 0x50450000) return undefined
  const directories = DIRECTORIES[view.getUint16(optional, true)]
  if (directories === undefined || !has(optional, directories)) return undefined
  const architecture = MACHINES[view.getUint16(pe + 4, true)]
  const signature = place(optional + directories)
  return {
    ...(architecture ? { architecture } : {}),
    isApplication: view.getUint16(optional + SUBSYSTEM, true) === EFI_APPLICATION,
    ...(signature ? { signature } : {}),
  }

  function place(table: number): EfiHead['signature'] {
    // The number of directories stands right before them.
    const entry = table + CERTIFICATES * 8
    if (view.getUint32(table - 4, true) <= CERTIFICATES || !has(entry, 8)) return undefined
    const offsetBytes = view.getUint32(entry, true)
    const lengthBytes = view.getUint32(entry + 4, true)
    const isInside = offsetBytes > 0 && offsetBytes + lengthBytes <= sizeBytes
    return isInside && lengthBytes > SIGNATURE_HEAD_BYTES ? { offsetBytes, lengthBytes } : undefined
  }
}

/** Whether an entry of the certificate table begins as a signature does; the table has that many bytes. */
export function isSignatureHead(head: Uint8Array, tableBytes: number): boolean {
  if (head.length < SIGNATURE_HEAD_BYTES) return false
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const length = view.getUint32(0, true)
  return length > SIGNATURE_HEAD_BYTES && length <= tableBytes && view.getUint16(6, true) === PKCS7
}

/** A whole file. A signature counts only where its entry is inside it. Nothing is verified. `undefined` for no EFI file. */
export function parseEfiFile(bytes: Uint8Array): EfiFileFacts | undefined {
  const head = parseEfiHead(bytes, bytes.length)
  if (!head) return undefined
  const { signature, ...facts } = head
  const isSigned =
    signature !== undefined && isSignatureHead(bytes.subarray(signature.offsetBytes), signature.lengthBytes)
  return { ...facts, isSigned }
}
