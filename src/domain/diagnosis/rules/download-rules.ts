import { formatDuration } from '../../duration.ts'
import { isLeftCutOff } from '../../life/cut-off.ts'
import type { Life, Transfer } from '../../life.ts'
import { memoryFloorMiB } from '../../memory-floor.ts'
import { rootWaitMs } from '../circumstances.ts'
import { type Rule, share, times } from '../rule.ts'

/** From the script to the whole root file system. */
export const DOWNLOAD_RULES = [
  {
    id: 'kernel-not-asked',
    explain: ({ phase }) =>
      phase === 'script'
        ? {
            seen: 'it got its boot script but has not asked for the kernel',
            cause: 'the server address in the script cannot be reached from its network',
            check: [
              '--advertise the address that hosts reach this machine by',
              'look at its console for the error of iPXE',
            ],
          }
        : undefined,
  },
  {
    id: 'initrd-not-asked',
    explain: ({ phase, transfers: { kernel } }) =>
      phase === 'kernel' && kernel?.finishedAt !== undefined
        ? {
            seen: 'it has the kernel but has not asked for the initrd',
            cause: 'its address was lost, or the script was stopped at the console',
            check: ['look at its console', 'edgeboot host power NAME reset'],
          }
        : undefined,
  },
  {
    id: 'kernel-silent',
    explain: ({ phase, transfers: { initrd } }) =>
      phase === 'initrd' && initrd?.finishedAt !== undefined
        ? {
            seen: 'it has kernel and initrd but its live system has not asked for the root file system',
            cause:
              'the kernel did not find its initrd (unknown-block(0,0) on its console) or panicked, or the initrd has no driver for the network card',
            check: [
              'look at its console and serial log (edgeboot host logs)',
              'initrd= in kernelArgs, which has to be left alone',
              'an ISO with the driver for this card, or another card',
              'kernelArgs: console=ttyS0 where nothing is to be seen',
            ],
          }
        : undefined,
  },
  {
    id: 'root-does-not-fit',
    evenMoving: true,
    explain: ({ phase, transfers }, { memoryMiB }) => {
      const { rootfs } = transfers
      if (phase !== 'rootfs' || !rootfs || rootfs.finishedAt !== undefined) return undefined
      const needed = neededMiB(transfers)
      const isTooLittle = memoryMiB !== undefined && memoryMiB < needed && rootfs.brokeOffAt !== undefined
      if (!isTooLittle && !breaksAtTheSamePlace(rootfs)) return undefined
      const has = memoryMiB === undefined ? '' : `; its machine has ${memoryMiB} MiB of memory`
      return {
        seen: `its download of the root file system breaks off ${share({ ...rootfs, bytes: rootfs.brokeOffAt?.at(-1) ?? 0 })} each time${has}`,
        cause:
          'its memory is full: the root file system is kept there as a whole (curl error 23 on its console)',
        check: [
          `give it at least ${needed} MiB of memory`,
          'a proxy or firewall that ends transfers at a certain size',
        ],
      }
    },
  },
  {
    id: 'root-cut-off',
    evenMoving: true,
    explain: ({ phase, transfers }, { now, silent }) => {
      const { rootfs } = transfers
      const isLeft = silent ? rootfs?.cutOffAt !== undefined : isLeftCutOff({ phase, transfers }, now)
      if (phase !== 'rootfs' || !rootfs || !isLeft) return undefined
      // Of what a killed server had sent nothing is known.
      const where = rootfs.bytes > 0 ? ` ${share(rootfs)}` : ''
      return {
        seen: `its download of the root file system broke off${where} and it has not begun anew`,
        cause:
          'its live system took the part for the whole and stands still: dracut does not notice that curl failed once a byte has arrived',
        check: [
          'edgeboot host power NAME reset; machines made here are reset by themselves',
          'what cut the connection: a restart of this server, its cable, switch port, a proxy',
          `its memory: at least ${neededMiB(transfers)} MiB (curl error 23 on its console)`,
        ],
      }
    },
  },
  {
    id: 'root-restarts',
    evenMoving: true,
    explain: ({ phase, transfers: { rootfs } }, { silent }) =>
      phase === 'rootfs' &&
      rootfs !== undefined &&
      rootfs.finishedAt === undefined &&
      rootfs.attempts > (silent ? 1 : 2)
        ? {
            seen: `it began the root file system ${times(rootfs.attempts)}, last stopped ${share(rootfs)}`,
            cause:
              'an unreliable network (curl errors 18 and 56 on its console), or too little memory to hold it (23)',
            check: [
              'errors of its switch port and cable',
              'more memory than the root file system and the initrd together need',
            ],
          }
        : undefined,
  },
  {
    id: 'download-stopped',
    explain: ({ phase, transfers }) => {
      if (phase !== 'kernel' && phase !== 'initrd' && phase !== 'rootfs') return undefined
      const transfer = transfers[phase]
      if (transfer?.finishedAt !== undefined) return undefined
      const what = phase === 'rootfs' ? 'root file system' : phase
      return {
        seen: `the download of the ${what} has stopped ${share(transfer)}`,
        cause: 'the network between it and this server',
        check: ['its cable, switch port and MTU', 'a proxy or firewall that ends long transfers'],
      }
    },
  },
  {
    id: 'root-too-slow',
    evenMoving: true,
    explain: ({ phase, lastSeen, transfers: { rootfs } }, situation) => {
      if (phase !== 'rootfs' || !rootfs || rootfs.finishedAt !== undefined || rootfs.bytes === 0)
        return undefined
      const tookMs = lastSeen - rootfs.startedAt
      if (rootfs.cutOffAt !== undefined || tookMs < LONG_ENOUGH_TO_TELL_MS) return undefined
      const inAllMs = (tookMs * rootfs.total) / rootfs.bytes
      const waitsMs = rootWaitMs(rootfs.total, situation)
      if (inAllMs < NEARLY * waitsMs) return undefined
      return {
        seen: `at this rate its root file system takes ${formatDuration(inAllMs)}, ${share(rootfs)} now`,
        cause: `its live system waits ${formatDuration(waitsMs)} for it and ends at a prompt, without a word, when that is over`,
        check: LONGER_WAIT,
      }
    },
  },
  {
    id: 'root-wait-too-short',
    explain: ({ phase, transfers: { rootfs } }, situation) => {
      if (phase !== 'rootfs' || rootfs?.finishedAt === undefined) return undefined
      const tookMs = rootfs.finishedAt - rootfs.startedAt
      const waitsMs = rootWaitMs(rootfs.total, situation)
      if (tookMs < waitsMs) return undefined
      return {
        seen: `it took ${formatDuration(tookMs)} to fetch the root file system and did not fetch its configuration`,
        cause: `its live system waits ${formatDuration(waitsMs)} for it and had given up by then`,
        check: LONGER_WAIT,
      }
    },
  },
  {
    id: 'config-not-asked',
    explain: ({ phase, transfers }) =>
      phase === 'rootfs'
        ? {
            seen: 'it has the whole root file system but did not fetch its configuration',
            cause:
              'too little memory to run it, or the installer was not started: install-mode or config_url was taken out of the kernel line',
            check: [
              `its memory: at least ${neededMiB(transfers)} MiB`,
              'its kernel line (edgeboot host show), kernelArgs remove',
              'its console',
            ],
          }
        : undefined,
  },
] as const satisfies readonly Rule[]

const LONGER_WAIT = [
  'a faster network, or fewer hosts at a time (maxParallel)',
  'a longer wait: kernelArgs add rd.immucore.sysrootwait=SECONDS',
] as const

/** A rate of the first moments tells nothing. */
const LONG_ENOUGH_TO_TELL_MS = 30_000
/** Share of the wait beyond which a download is too slow for comfort. */
const NEARLY = 0.8
/** Breaks that lie closer together than this share of the whole are at the same place. */
const SAME_PLACE = 0.02

function breaksAtTheSamePlace({ brokeOffAt = [], total }: Transfer): boolean {
  const [before, last] = brokeOffAt.slice(-2)
  if (before === undefined || last === undefined) return false
  return Math.min(before, last) > total * SAME_PLACE && Math.abs(last - before) < total * SAME_PLACE
}

function neededMiB({ initrd, rootfs }: Life['transfers']): number {
  return memoryFloorMiB({ initrdBytes: initrd?.total ?? 0, rootfsBytes: rootfs?.total ?? 0 })
}
