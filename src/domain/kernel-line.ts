import { CLASSIC_NAMES } from './artifact.ts'
import { Failure } from './failure.ts'

/** The kernels of this family cut a longer command line without a word (x86 COMMAND_LINE_SIZE). Bytes. */
export const MAX_KERNEL_LINE_BYTES = 2048

/** Slowest network an installation is planned for: 4 MiB per second. Bytes per second. */
const SLOWEST_RATE = 4 * 1024 * 1024
const SHORTEST_ROOT_WAIT_S = 600

/** Words that change the boot mode of a Kairos system wherever they stand in the line, URLs included. */
const MODE_WORDS = [
  'COS_ACTIVE',
  'COS_PASSIVE',
  'COS_RECOVERY',
  'COS_SYSTEM',
  'recovery-mode',
  'kairos.reset',
  'rd.immucore.uki',
  'kairos.ram',
  'interactive-install',
  'kairos.remote_recovery_mode',
]

/** Arguments without which the installer does not get its root file system or its configuration. */
const ESSENTIAL = [
  'initrd',
  'rd.neednet',
  'ip',
  'rd.cos.disable',
  'root',
  'netboot',
  'install-mode',
  'config_url',
]

/** Keys that may stand several times in a line. */
const REPEATABLE = ['console', 'rd.driver.blacklist', 'modprobe.blacklist', 'nameserver', 'ifname']

export interface KernelLineInput {
  readonly rootUrl: string
  readonly configUrl: string
  readonly rootfsSizeBytes: number
  /** The card that boots, so that only it matters on machines with several; left out where it is not known. */
  readonly mac?: string
  readonly add: readonly string[]
  readonly remove: readonly string[]
}

export interface KernelLine {
  readonly arguments: readonly string[]
  /** Sentences for people. */
  readonly warnings: readonly string[]
}

/**
 * The kernel's arguments: the published guide's line, what it lacks to be robust, and the user's own. Added ones
 * stand before the consoles, because the last console is where the installer writes; an added `key=value` replaces
 * the one of the same key. `remove` takes a whole argument or a key. Failure `kernel-line.invalid` names what is
 * wrong with which argument.
 */
export function composeKernelLine(input: KernelLineInput): KernelLine {
  for (const argument of [...input.add, ...input.remove]) requireWord(argument)
  const added = input.add.filter((argument) => keyOf(argument) !== 'console')
  const consoles = ['console=ttyS0,115200n8', 'console=tty1']
  const ownConsoles = input.add.filter(
    (argument) => keyOf(argument) === 'console' && !consoles.includes(argument),
  )
  const replaced = new Set(added.filter((argument) => !REPEATABLE.includes(keyOf(argument))).map(keyOf))
  const all = [
    ...standardArguments(input).filter((argument) => !replaced.has(keyOf(argument))),
    ...added,
    ...ownConsoles,
    ...consoles,
  ]
  const kept = all.filter(
    (argument) => !input.remove.some((removed) => argument === removed || keyOf(argument) === removed),
  )
  lint(kept)
  const missing = ESSENTIAL.filter((key) => !kept.some((argument) => keyOf(argument) === key))
  const warnings = missing.map(
    (key) => `the kernel line has no ${key} any more: the installer will not start without it`,
  )
  return { arguments: kept, warnings }
}

function standardArguments({ rootUrl, configUrl, rootfsSizeBytes, mac }: KernelLineInput): readonly string[] {
  return [
    `initrd=${CLASSIC_NAMES.initrd}`,
    'rd.neednet=1',
    'ip=dhcp',
    ...(mac === undefined ? [] : [`BOOTIF=01-${mac.replaceAll(':', '-')}`]),
    'rd.cos.disable',
    `root=live:${rootUrl}`,
    'rd.live.overlay.overlayfs',
    `rd.immucore.sysrootwait=${rootWaitSeconds(rootfsSizeBytes)}`,
    'netboot',
    'install-mode',
    `config_url=${configUrl}`,
  ]
}

/**
 * How long the live system may wait for its root file system. The default of 60 s ends, on a slow network, in a
 * live prompt that never installs and says nothing.
 */
export function rootWaitSeconds(rootfsSizeBytes: number): number {
  return Math.max(SHORTEST_ROOT_WAIT_S, Math.ceil((3 * rootfsSizeBytes) / SLOWEST_RATE))
}

function lint(line: readonly string[]): void {
  const text = line.join(' ')
  const bytes = text.length
  if (bytes > MAX_KERNEL_LINE_BYTES) {
    throw invalid(
      `it is ${bytes} bytes long and the kernel cuts it at ${MAX_KERNEL_LINE_BYTES}; shorten --kernel-args`,
    )
  }
  for (const argument of line) {
    const word = MODE_WORDS.find((candidate) => argument.includes(candidate))
    if (word)
      throw invalid(
        `${argument} contains ${word}, which switches the boot mode wherever it stands; rename it`,
      )
  }
}

function requireWord(argument: string): void {
  if (!/^[\x21-\x7e]{1,512}$/.test(argument) || /["'`\\$|&;#{}]/.test(argument)) {
    throw invalid(
      `${JSON.stringify(argument.slice(0, 80))} is no argument: printable ASCII without spaces, quotes, $, |, & or braces, at most 512 characters`,
    )
  }
}

function keyOf(argument: string): string {
  return argument.split('=', 1)[0] ?? argument
}

function invalid(why: string): Failure {
  return new Failure('kernel-line.invalid', `the kernel line cannot be used: ${why}`)
}
