import type { DesiredHost } from '../desired-fleet.ts'
import { rootWaitSeconds } from '../kernel-line.ts'

/** What of a host's definition bears on why it is stuck. */
export interface Circumstances {
  /** How long its live system waits for its root file system, where its kernel line says so itself. Seconds. */
  readonly rootWaitSeconds?: number
  /** Memory of its machine, where that is made here. MiB. */
  readonly memoryMiB?: number
}

/** What images wait where the kernel line says nothing: 60 s, newer ones 120 s. Seconds. */
const IMAGE_ROOT_WAIT_S = 60
const ROOT_WAIT = 'rd.immucore.sysrootwait'

export function circumstancesOf(
  wish: Pick<DesiredHost, 'kernelArgs' | 'machine'> | undefined,
): Circumstances {
  if (!wish) return {}
  const { kernelArgs, machine } = wish
  const waits = toldWait(kernelArgs)
  const memoryMiB = machine?.memoryMiB
  return {
    ...(waits === undefined ? {} : { rootWaitSeconds: waits }),
    ...(memoryMiB === undefined ? {} : { memoryMiB }),
  }
}

function toldWait({ add, remove }: DesiredHost['kernelArgs']): number | undefined {
  const [, told] =
    /^rd\.immucore\.sysrootwait=(\d{1,6})$/.exec(
      add.findLast((argument) => argument.startsWith(`${ROOT_WAIT}=`)) ?? '',
    ) ?? []
  if (told !== undefined) return Number(told)
  return remove.some((word) => word.split('=')[0] === ROOT_WAIT) ? IMAGE_ROOT_WAIT_S : undefined
}

/** How long the live system waits for a root file system of that size, in milliseconds. */
export function rootWaitMs(totalBytes: number, { rootWaitSeconds: told }: Circumstances): number {
  return (told ?? rootWaitSeconds(totalBytes)) * 1000
}
