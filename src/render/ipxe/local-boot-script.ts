import { script } from './script-text.ts'

/**
 * Boots the local disk. BIOS: straight from the first drive. UEFI: back to the firmware, which goes on with its
 * next boot entry. Where neither gets anywhere the reason stays on the console for a while.
 */
export function renderLocalBootScript({ platform }: { readonly platform: 'bios' | 'uefi' }): string {
  return script([
    'echo edgeboot: this machine is installed; it boots from its disk',
    ...(platform === 'bios' ? ['sanboot --no-describe --drive 0x80 ||'] : []),
    ...(platform === 'bios'
      ? [
          'echo edgeboot: the disk cannot be booted. To install again, delete the host in edgeboot first.',
          'sleep 30',
        ]
      : []),
    'exit',
  ])
}
