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

/**
 * What the headers of an EFI file (Microsoft "PE Format"; UEFI 2.10 §2.1.1) say of it; `undefined` when it is none, or cut
 * off. A signature counts only where its whole entry is inside the file. Nothing is verified.
 */
export function parseEfiFile(bytes: Uint8Array): EfiFileFacts | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const has = (offset: number, length: number): boolean => offset + length <= view.byteLength
  if (!has(PE_POINTER, 4) || view.getUint16(0) !== 0x4d5a) return undefined
  const pe = view.getUint32(PE_POINTER, true)
  const optional = pe + COFF_BYTES
  if (!has(optional, SUBSYSTEM + 2) || view.getUint32(pe) !== 0x50450000) return undefined
  const directories = DIRECTORIES[view.getUint16(optional, true)]
  if (directories === undefined || !has(optional, directories)) return undefined
  const architecture = MACHINES[view.getUint16(pe + 4, true)]
  return {
    ...(architecture ? { architecture } : {}),
    isApplication: view.getUint16(optional + SUBSYSTEM, true) === EFI_APPLICATION,
    isSigned: isSigned(optional + directories),
  }

  function isSigned(table: number): boolean {
    // The number of directories stands right before them.
    const entry = table + CERTIFICATES * 8
    if (view.getUint32(table - 4, true) <= CERTIFICATES || !has(entry, 8)) return false
    const offset = view.getUint32(entry, true)
    const size = view.getUint32(entry + 4, true)
    if (offset === 0 || size <= 8 || !has(offset, size)) return false
    const length = view.getUint32(offset, true)
    return length > 8 && length <= size && view.getUint16(offset + 6, true) === PKCS7
  }
}
