import { script } from './script-text.ts'

/**
 * How a machine is sent to its disk: `drive` boots the first drive of the BIOS (UEFI builds cannot), `firmware`
 * leaves it to the firmware to go on with its next boot entry, which some firmware answers by starting over.
 */
export type LocalBootStrategy = 'drive' | 'firmware'

/**
 * Boots the local disk; by default BIOS from its first drive, UEFI by its firmware. Where that gets nowhere the
 * reason stays on the console for a while.
 */
export function renderLocalBootScript({
  platform,
  strategy = platform === 'bios' ? 'drive' : 'firmware',
}: {
  readonly platform: 'bios' | 'uefi'
  readonly strategy?: LocalBootStrategy
}): string {
  return script([
    'echo edgeboot: this machine is installed; it boots from its disk',
    ...(strategy === 'drive'
      ? [
          'sanboot --no-describe --drive 0x80 ||',
          'echo edgeboot: the disk cannot be booted. To install again, delete the host in edgeboot first.',
          'sleep 30',
        ]
      : []),
    'exit',
  ])
}
