/** The life of a host, in order. `failed` can follow any but `ready`. */
export const PHASES = [
  'defined',
  'starting',
  'firmware',
  'script',
  'kernel',
  'initrd',
  'rootfs',
  'config',
  'installing',
  'installed',
  'disk-boot',
  'ready',
  'failed',
] as const
export type Phase = (typeof PHASES)[number]

/** True when `phase` comes before `other` in the life of a host. */
export function isBefore(phase: Phase, other: Phase): boolean {
  return PHASES.indexOf(phase) < PHASES.indexOf(other)
}
