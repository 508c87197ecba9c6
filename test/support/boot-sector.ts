import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Boot sectors of a few instructions, as hex; each is followed by the signature. */
export const BOOT_SECTORS = {
  /** mov dx,0x604; mov ax,0x2000; out dx,ax (ACPI power off of q35); hlt */
  powerOff: 'ba0406b80020effa f4ebfd',
  /** cli; mov al,0xfe; out 0x64,al (reset by the keyboard controller); hlt */
  reset: 'fab0fee664f4ebfd',
  /** sti; hlt; jmp */
  idle: 'fbf4ebfd',
  /**
   * Echoes what is typed to the serial port: mov ah,0; int 0x16; mov dx,0x3f8; out dx,al; jmp to the start.
   */
  echo: 'fbb400cd16baf803eeebf6',
} as const

/** An ISO that boots the sector from its CD by El Torito without emulation; made by xorriso. */
export function bootSectorIso(directory: string, name: keyof typeof BOOT_SECTORS): string {
  const root = join(directory, name)
  mkdirSync(root, { recursive: true })
  const sector = new Uint8Array(2048)
  sector.set(Buffer.from(BOOT_SECTORS[name].replaceAll(' ', ''), 'hex'))
  sector.set([0x55, 0xaa], 510)
  writeFileSync(join(root, 'boot.bin'), sector)
  const iso = join(directory, `${name}.iso`)
  const boot = ['-b', 'boot.bin', '-no-emul-boot', '-boot-load-size', '4']
  execFileSync('xorriso', ['-as', 'mkisofs', '-quiet', '-o', iso, ...boot, root], {
    stdio: 'pipe',
    timeout: 30_000,
  })
  return iso
}
