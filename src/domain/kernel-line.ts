import { CLASSIC_NAMES } from './artifact.ts'
import { Failure } from './failure.ts'
import { type GuestNetwork, netmaskOf } from './guest-network.ts'
import { findModeWord } from './mode-words.ts'

/** Size of the kernel's buffer for the line and its final NUL (COMMAND_LINE_SIZE of x86 and arm64). Bytes. */
const LINE_BUFFER_BYTES = 2048
const MAX_ARGUMENT_LENGTH = 512
const MAX_ADDED = 64

/** Slowest network an installation is planned for: 4 MiB per second. Bytes per second. */
const SLOWEST_RATE = 4 * 1024 * 1024
const SHORTEST_ROOT_WAIT_S = 600

/** What iPXE puts in itself: the address of the card that got here, as `52-54-00-12-34-56`. */
const MAC_OF_IPXE = `\${netX/mac:hexhyp}`
const MAC_LENGTH = 17
/** Name of the card that a VLAN is made on: none the kernel gives, and short enough for a tag of four digits. */
const VLAN_CARD = 'edgeboot0'

/** The last one is where the installer writes. */
const CONSOLES = ['console=ttyS0,115200n8', 'console=tty1']

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

/** Keys that may stand several times in a line, so an added one does not replace the one that is there. */
const REPEATABLE = ['console', 'rd.driver.blacklist', 'modprobe.blacklist', 'nameserver', 'ifname']

/** What an ISO's own menu says about booting from the ISO, its boot mode and its consoles. */
const OF_THE_MENU =
  /^(root|initrd|BOOT_IMAGE|cdroot|netboot|live:.*|CDLABEL|console|install-mode.*|nodepair\..*|stylus\..*|kairos\..*|rd\.live\..*|iso-scan\/.*)(=|$)/

export interface KernelLineInput {
  /** URL of the root file system. */
  readonly rootUrl: string
  /** URL of the user-data. */
  readonly configUrl: string
  readonly rootfsSizeBytes: number
  /** Address of the card that boots, with colons; without it iPXE fills in the one it came by. */
  readonly mac?: string
  /** What the machine's media set for it; absent: DHCP. A VLAN takes `mac`, since it is made on a card of that name. */
  readonly network?: GuestNetwork
  /** Arguments of the ISO's own menu; those for hardware and vendor are kept. */
  readonly fromInstaller?: readonly string[]
  readonly add: readonly string[]
  readonly remove: readonly string[]
}

export interface KernelLine {
  /** In order, each one word. */
  readonly arguments: readonly string[]
  /** Sentences for people. */
  readonly warnings: readonly string[]
}

/**
 * The kernel's arguments: the published guide's line, what it lacks to be robust, and the user's own. First `remove`
 * takes away whole arguments or all of a key, then `add` is put before the consoles; an added `key=value`
 * replaces the one of the same key. docs/reference/kernel-line.md explains each argument. Failure
 * `kernel-line.invalid` names everything that is wrong.
 */
export function composeKernelLine(input: KernelLineInput): KernelLine {
  const { add, remove } = input
  const problems = [
    ...[...add, ...remove].flatMap(problemsOfWord),
    ...add.filter((argument) => remove.includes(argument)).map((word) => `${word} is both added and removed`),
    ...(add.length > MAX_ADDED ? [`more than ${MAX_ADDED} arguments are added`] : []),
  ]
  if (problems.length > 0) throw invalid(problems)
  const standard = standardArguments(input)
  const news = add.filter((argument) => !standard.includes(argument))
  const replaced = new Set(news.map(keyOf).filter((key) => !REPEATABLE.includes(key)))
  const kept = standard.filter((argument) => !replaced.has(keyOf(argument)) && !isRemoved(argument, remove))
  const line = [
    ...kept.filter((argument) => keyOf(argument) !== 'console'),
    ...add.filter((argument) => !kept.includes(argument)),
    ...kept.filter((argument) => keyOf(argument) === 'console'),
  ]
  const wrong = [...line.filter((word) => !add.includes(word)).flatMap(problemsOfWord), ...lint(line)]
  if (wrong.length > 0) throw invalid(wrong)
  return { arguments: line, warnings: [...missing(line), ...idle(remove, standard)] }
}

function standardArguments(input: KernelLineInput): readonly string[] {
  const { rootUrl, configUrl, rootfsSizeBytes, mac, network, fromInstaller = [] } = input
  const ours = [
    `initrd=${CLASSIC_NAMES.initrd}`,
    'rd.neednet=1',
    ...networkArguments(mac, network),
    'rd.cos.disable',
    `root=live:${rootUrl}`,
    'rd.live.overlay.overlayfs',
    `rd.immucore.sysrootwait=${rootWaitSeconds(rootfsSizeBytes)}`,
    'netboot',
    'install-mode',
    `config_url=${configUrl}`,
  ]
  const keys = new Set(ours.map(keyOf))
  const theirs = fromInstaller.filter(
    (argument) =>
      !OF_THE_MENU.test(argument) &&
      !keys.has(keyOf(argument)) &&
      findModeWord(argument) === undefined &&
      problemsOfWord(argument).length === 0,
  )
  return [...ours, ...theirs, ...CONSOLES]
}

/**
 * Which card the initrd brings up, and how (dracut.cmdline(7), `ip=`, `ifname=`, `vlan=`). A VLAN needs its card by
 * name, and names differ from machine to machine, so it gets one; `BOOTIF` would have the card ask for an address
 * outside the VLAN as well.
 */
function networkArguments(mac: string | undefined, network: GuestNetwork = {}): readonly string[] {
  const { fixed, vlan } = network
  const tagged = vlan === undefined || mac === undefined ? undefined : `${VLAN_CARD}.${vlan}`
  const how = fixed
    ? `${fixed.address}::${fixed.gateway ?? ''}:${netmaskOf(fixed.prefix)}::${tagged ?? ''}:none`
    : tagged
      ? `${tagged}:dhcp`
      : 'dhcp'
  return [
    `ip=${how}`,
    ...(fixed?.nameServers ?? []).map((server) => `nameserver=${server}`),
    ...(tagged
      ? [`ifname=${VLAN_CARD}:${mac}`, `vlan=${tagged}:${VLAN_CARD}`]
      : [`BOOTIF=01-${mac?.replaceAll(':', '-') ?? MAC_OF_IPXE}`]),
  ]
}

/**
 * How long the live system may wait for its root file system, in seconds: three times the download at the slowest
 * rate planned for. The default of 60 s (120 s in newer images) ends, on a slow network, at the prompt of a live
 * system that never installs and says nothing.
 */
export function rootWaitSeconds(rootfsSizeBytes: number): number {
  return Math.max(SHORTEST_ROOT_WAIT_S, Math.ceil((3 * rootfsSizeBytes) / SLOWEST_RATE))
}

function isRemoved(argument: string, remove: readonly string[]): boolean {
  return remove.some((word) => argument === word || keyOf(argument) === word.replace(/=$/, ''))
}

/** All that is wrong with the line as a whole. */
function lint(line: readonly string[]): readonly string[] {
  const bytes = line.join(' ').replaceAll(MAC_OF_IPXE, '-'.repeat(MAC_LENGTH)).length
  return [
    ...(bytes >= LINE_BUFFER_BYTES
      ? [`it is ${bytes} bytes long and has to be shorter than ${LINE_BUFFER_BYTES}; shorten --kernel-args`]
      : []),
    ...line.flatMap((argument) => {
      const word = findModeWord(argument)
      if (!word) return []
      return [
        `${shown(argument)} contains ${word}, which switches the boot mode wherever it stands; rename it`,
      ]
    }),
    ...line
      .filter((argument) => keyOf(argument) === 'initrd' && argument !== `initrd=${CLASSIC_NAMES.initrd}`)
      .map(
        (argument) => `${argument} names no initrd that is loaded: under UEFI it is ${CLASSIC_NAMES.initrd}`,
      ),
  ]
}

function missing(line: readonly string[]): readonly string[] {
  const keys = new Set(line.map(keyOf))
  return ESSENTIAL.filter((key) => !keys.has(key)).map(
    (key) => `the kernel line has no ${key} any more: the installer will not start without it`,
  )
}

function idle(remove: readonly string[], standard: readonly string[]): readonly string[] {
  return remove
    .filter((word) => !standard.some((argument) => isRemoved(argument, [word])))
    .map((word) => `${word} is to be removed from the kernel line, but is not in it`)
}

function problemsOfWord(word: string): readonly string[] {
  const plain = word.replace(MAC_OF_IPXE, '')
  if (/^[\x21-\x7e]+$/.test(plain) && !/["'`\\$|&;#{}]/.test(plain) && word.length <= MAX_ARGUMENT_LENGTH) {
    return []
  }
  return [
    `${JSON.stringify(shown(word))} is no argument: printable ASCII without spaces, quotes, $, |, &, ;, # or braces, ` +
      `at most ${MAX_ARGUMENT_LENGTH} characters`,
  ]
}

/** The configuration's URL is a secret; other arguments are cut to a readable length. */
function shown(argument: string): string {
  return argument.startsWith('config_url=') ? 'config_url=…' : argument.slice(0, 80)
}

function keyOf(argument: string): string {
  const end = argument.indexOf('=')
  return end === -1 ? argument : argument.slice(0, end)
}

function invalid(problems: readonly string[]): Failure {
  return new Failure('kernel-line.invalid', `the kernel line cannot be used: ${problems.join('; ')}`)
}
