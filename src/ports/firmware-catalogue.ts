import type { NetbootArchitecture } from '../domain/netboot/architecture.ts'

/** A binary that is handed to firmware: iPXE of some kind, or the shim in front of it. */
export interface FirmwareImage {
  /** As hosts ask for it: `undionly.kpxe`, `snponly.efi`. */
  readonly name: string
  readonly architecture: NetbootArchitecture
  /** Never handed out unless it is chosen. */
  readonly isChosenOnly?: boolean
  /** Where it was read from. */
  readonly path: string
  readonly bytes: Uint8Array
  /** Lower-case hex. */
  readonly sha256: string
  /** Of iPXE, as the binary itself says it; absent where it does not. */
  readonly version?: string
}

/** The firmware images found on this machine, read once. */
export interface FirmwareCatalogue {
  images(): readonly FirmwareImage[]
  find(name: string): FirmwareImage | undefined
}
