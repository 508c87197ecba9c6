import type { NetbootArchitecture } from './architecture.ts'
import { type SecureBootArchitecture, secureBootChain } from './secure-boot.ts'

/** A binary by the name under which iPXE's builds and distributions ship it. */
export interface FirmwareName {
  readonly name: string
  readonly architecture: NetbootArchitecture
  /** Path in the folder, where it is not the name. */
  readonly path?: string
  /** Never handed out unless it is chosen. */
  readonly isChosenOnly?: boolean
}

/**
 * What is handed out, the first that is there per architecture. The builds that use the firmware's own driver (`undionly`,
 * `snponly`) come first: it has just loaded a file over this very card, which iPXE's own drivers do not all manage; others
 * can be chosen per host with `bootFile`.
 */
export const FIRMWARE_NAMES: readonly FirmwareName[] = [
  { name: 'undionly.kpxe', architecture: 'x86-bios' },
  { name: 'ipxe.pxe', architecture: 'x86-bios' },
  { name: 'undionly.kkpxe', architecture: 'x86-bios' },
  { name: 'ipxe.lkrn', architecture: 'x86-bios' },
  { name: 'snponly.efi', architecture: 'x64-uefi' },
  { name: 'snponly-x86_64.efi', architecture: 'x64-uefi' },
  { name: 'ipxe.efi', architecture: 'x64-uefi' },
  { name: 'ipxe-amd64.efi', architecture: 'x64-uefi' },
  { name: 'ipxe-x86_64.efi', architecture: 'x64-uefi' },
  { name: 'snponly-i386.efi', architecture: 'x86-uefi' },
  { name: 'ipxe-i386.efi', architecture: 'x86-uefi' },
  { name: 'snponly-arm64.efi', architecture: 'arm64-uefi' },
  { name: 'ipxe-arm64.efi', architecture: 'arm64-uefi' },
  { name: 'snponly-arm32.efi', architecture: 'arm32-uefi' },
  { name: 'ipxe-arm32.efi', architecture: 'arm32-uefi' },
  { name: 'ipxe-riscv32.efi', architecture: 'riscv32-uefi' },
  { name: 'ipxe-riscv64.efi', architecture: 'riscv64-uefi' },
  { name: 'ipxe-loong64.efi', architecture: 'loong64-uefi' },
  ...signedChain('x64', 'x64-uefi'),
  ...signedChain('arm64', 'arm64-uefi'),
]

/** The shim, under the name from which it finds out what to load, and what it loads. */
function signedChain(of: SecureBootArchitecture, architecture: NetbootArchitecture): readonly FirmwareName[] {
  return (['snponly', 'ipxe'] as const).flatMap((loader) => {
    const { folder, shim, bootFile, next } = secureBootChain(of, loader)
    return [
      { name: bootFile, path: `${folder}/${shim}`, architecture, isChosenOnly: true },
      { name: next, architecture, isChosenOnly: true },
    ]
  })
}

/** Whether a name may be asked for by `bootFile`: a file name, in one folder at most, nothing that leads elsewhere. */
export function isFirmwareName(name: string): boolean {
  return /^([A-Za-z0-9][A-Za-z0-9_-]{0,31}\/)?[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)
}
