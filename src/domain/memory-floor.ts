/** What the live system and its installer need beside what they were downloaded as, in MiB. */
const WORKING_SET_MIB = 640
/** An initrd is held packed and unpacked at once for a while; packed ones grow about threefold. */
const INITRD_GROWTH = 4

/**
 * Least memory, in MiB, with which the installer can run: the root file system is kept in memory as a whole, next
 * to the initrd and the running system. Too little shows only as curl error 23 on a console nobody looks at.
 */
export function memoryFloorMiB(sizes: {
  readonly initrdBytes: number
  readonly rootfsBytes: number
}): number {
  const bytes = sizes.rootfsBytes + sizes.initrdBytes * INITRD_GROWTH
  return Math.ceil(bytes / 1024 / 1024) + WORKING_SET_MIB
}
