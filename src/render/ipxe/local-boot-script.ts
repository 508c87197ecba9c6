import type { LocalBootStrategy } from '../../domain/desired-fleet.ts'
import { script, scriptText } from './script-text.ts'

/**
 * Sends a machine to its disk. `sanboot` boots the first drive of the BIOS (UEFI builds cannot); `exit` ends iPXE
 * with success, so that the firmware goes on with its next boot entry, which some answers by starting over; `exit-1`
 * ends it with an error, which such firmware takes as a reason to go on; `poweroff` is for machines that somebody
 * else starts from the disk. `auto`: `sanboot` on BIOS, `exit` on UEFI. Where that gets nowhere the reason stays on
 * the console for a while.
 */
export function renderLocalBootScript({
  platform,
  strategy = 'auto',
  reason,
}: {
  readonly platform: 'bios' | 'uefi'
  readonly strategy?: LocalBootStrategy
  readonly reason?: string
}): string {
  const chosen = strategy === 'auto' ? (platform === 'bios' ? 'sanboot' : 'exit') : strategy
  return script([
    reason
      ? `echo edgeboot: this machine is not installed now, it boots from its disk: ${scriptText(reason)}`
      : 'echo edgeboot: this machine is installed; it boots from its disk',
    ...STEPS[chosen],
  ])
}

const STEPS: Readonly<Record<Exclude<LocalBootStrategy, 'auto'>, readonly string[]>> = {
  sanboot: [
    'sanboot --no-describe --drive 0x80 ||',
    'echo edgeboot: the disk cannot be booted. To install again: edgeboot host reinstall',
    'sleep 30',
    'exit',
  ],
  exit: ['exit'],
  'exit-1': ['exit 1'],
  poweroff: ['poweroff'],
}
