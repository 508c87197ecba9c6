/**
 * A boot sector that switches to protected mode, returns from an interrupt frame, and powers the machine off over
 * ACPI (port 0x604 of q35). Hosts whose KVM only half works run real-mode firmware and stop with an internal error at
 * the first `iret` in protected mode, which every boot loader needs. Assembled from:
 *
 *     cli; xor ax,ax; mov ds,ax; lgdt [gdtr]; mov eax,cr0; or al,1; mov cr0,eax; jmp 8:pm
 * pm: mov ax,16; mov ds,ax; mov ss,ax; mov esp,0x7000; pushfd; push cs; push back; iret
 * back: mov dx,0x604; mov ax,0x2000; out dx,ax; hlt
 * gdt: 0, flat 32-bit code, flat data; gdtr
 */
const CODE =
  'fa31c08ed80f0116587c0f20c00c010f22c0ea177c080066b810008ed88ed0bc007000009c0e682c7c0000cf66ba040666b8002066ef' +
  'f4ebfd8db426000000000000000000000000ffff0000009acf00ffff00000092cf001700407c0000'

/** Disks below a megabyte are not booted by all firmware. */
const DISK_BYTES = 1024 * 1024

/** A disk image that does nothing but power the machine off, if the CPU works. */
export function probeDisk(): Uint8Array {
  const disk = new Uint8Array(DISK_BYTES)
  disk.set(Buffer.from(CODE, 'hex'))
  disk.set([0x55, 0xaa], 510)
  return disk
}
