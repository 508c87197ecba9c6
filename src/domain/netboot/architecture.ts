/** Instruction sets that firmware images exist for, and how their firmware boots. */
export type NetbootArchitecture =
  | 'x86-bios'
  | 'x86-uefi'
  | 'x64-uefi'
  | 'arm32-uefi'
  | 'arm64-uefi'
  | 'riscv32-uefi'
  | 'riscv64-uefi'
  | 'loong32-uefi'
  | 'loong64-uefi'

/** What a client says of itself with option 93. */
export interface ClientArchitecture {
  /** The number as sent. */
  readonly code: number
  /** Its name in IANA's registry. */
  readonly name: string
  /** Whether it fetches its boot file by TFTP or by HTTP. */
  readonly fetches: 'tftp' | 'http'
  /** Absent where nobody builds iPXE for it. */
  readonly architecture?: NetbootArchitecture
}

/**
 * IANA's registry "Processor Architecture Types" (of "Dynamic Host Configuration Protocol for IPv6 (DHCPv6)", which RFC
 * 4578 §2.1 began for option 93), whole. Code 9 is registered as EBC; firmware that sends it is x64 all the same.
 */
export const CLIENT_ARCHITECTURES: readonly ClientArchitecture[] = [
  { code: 0x00, name: 'x86 BIOS', fetches: 'tftp', architecture: 'x86-bios' },
  { code: 0x01, name: 'NEC/PC98', fetches: 'tftp' },
  { code: 0x02, name: 'Itanium', fetches: 'tftp' },
  { code: 0x03, name: 'DEC Alpha', fetches: 'tftp' },
  { code: 0x04, name: 'Arc x86', fetches: 'tftp' },
  { code: 0x05, name: 'Intel Lean Client', fetches: 'tftp' },
  { code: 0x06, name: 'x86 UEFI', fetches: 'tftp', architecture: 'x86-uefi' },
  { code: 0x07, name: 'x64 UEFI', fetches: 'tftp', architecture: 'x64-uefi' },
  { code: 0x08, name: 'EFI Xscale', fetches: 'tftp' },
  { code: 0x09, name: 'EBC', fetches: 'tftp', architecture: 'x64-uefi' },
  { code: 0x0a, name: 'ARM 32-bit UEFI', fetches: 'tftp', architecture: 'arm32-uefi' },
  { code: 0x0b, name: 'ARM 64-bit UEFI', fetches: 'tftp', architecture: 'arm64-uefi' },
  { code: 0x0c, name: 'PowerPC Open Firmware', fetches: 'tftp' },
  { code: 0x0d, name: 'PowerPC ePAPR', fetches: 'tftp' },
  { code: 0x0e, name: 'POWER OPAL v3', fetches: 'tftp' },
  { code: 0x0f, name: 'x86 UEFI boot from HTTP', fetches: 'http', architecture: 'x86-uefi' },
  { code: 0x10, name: 'x64 UEFI boot from HTTP', fetches: 'http', architecture: 'x64-uefi' },
  { code: 0x11, name: 'EBC boot from HTTP', fetches: 'http', architecture: 'x64-uefi' },
  { code: 0x12, name: 'ARM UEFI 32 boot from HTTP', fetches: 'http', architecture: 'arm32-uefi' },
  { code: 0x13, name: 'ARM UEFI 64 boot from HTTP', fetches: 'http', architecture: 'arm64-uefi' },
  { code: 0x14, name: 'PC/AT BIOS boot from HTTP', fetches: 'http', architecture: 'x86-bios' },
  { code: 0x15, name: 'ARM 32 U-Boot', fetches: 'tftp' },
  { code: 0x16, name: 'ARM 64 U-Boot', fetches: 'tftp' },
  { code: 0x17, name: 'ARM U-Boot 32 boot from HTTP', fetches: 'http' },
  { code: 0x18, name: 'ARM U-Boot 64 boot from HTTP', fetches: 'http' },
  { code: 0x19, name: 'RISC-V 32-bit UEFI', fetches: 'tftp', architecture: 'riscv32-uefi' },
  { code: 0x1a, name: 'RISC-V 32-bit UEFI boot from HTTP', fetches: 'http', architecture: 'riscv32-uefi' },
  { code: 0x1b, name: 'RISC-V 64-bit UEFI', fetches: 'tftp', architecture: 'riscv64-uefi' },
  { code: 0x1c, name: 'RISC-V 64-bit UEFI boot from HTTP', fetches: 'http', architecture: 'riscv64-uefi' },
  { code: 0x1d, name: 'RISC-V 128-bit UEFI', fetches: 'tftp' },
  { code: 0x1e, name: 'RISC-V 128-bit UEFI boot from HTTP', fetches: 'http' },
  { code: 0x1f, name: 's390 Basic', fetches: 'tftp' },
  { code: 0x20, name: 's390 Extended', fetches: 'tftp' },
  { code: 0x21, name: 'MIPS 32-bit UEFI', fetches: 'tftp' },
  { code: 0x22, name: 'MIPS 64-bit UEFI', fetches: 'tftp' },
  { code: 0x23, name: 'Sunway 32-bit UEFI', fetches: 'tftp' },
  { code: 0x24, name: 'Sunway 64-bit UEFI', fetches: 'tftp' },
  { code: 0x25, name: 'LoongArch 32-bit UEFI', fetches: 'tftp', architecture: 'loong32-uefi' },
  { code: 0x26, name: 'LoongArch 32-bit UEFI boot from HTTP', fetches: 'http', architecture: 'loong32-uefi' },
  { code: 0x27, name: 'LoongArch 64-bit UEFI', fetches: 'tftp', architecture: 'loong64-uefi' },
  { code: 0x28, name: 'LoongArch 64-bit UEFI boot from HTTP', fetches: 'http', architecture: 'loong64-uefi' },
  { code: 0x29, name: 'ARM rpiboot', fetches: 'tftp' },
]

const BY_CODE = new Map(CLIENT_ARCHITECTURES.map((entry) => [entry.code, entry]))

/** `undefined` for codes that are not registered. */
export function clientArchitecture(code: number): ClientArchitecture | undefined {
  return BY_CODE.get(code)
}
