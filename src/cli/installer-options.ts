import { type Command, Option } from 'commander'
import type { ArtifactRole } from '../domain/artifact.ts'
import { Failure } from '../domain/failure.ts'
import { parsedOption } from './settings.ts'

/** Options of every command that boots hosts from one ISO and one user-data file. */
export interface BootOptionValues {
  readonly userData: string
  readonly kernelArgs: { readonly add: readonly string[]; readonly remove: readonly string[] }
  readonly phoneHome: boolean
  readonly bootHost?: string
  readonly bootPort?: number
  readonly advertise?: string
  readonly kernel?: string
  readonly initrd?: string
  readonly rootfs?: string
}

/** Adds them to a command that cannot do without user-data. */
export function addBootOptions(command: Command): Command {
  return addServingOptions(command.requiredOption('--user-data <file>', 'cloud-config the hosts get'))
}

/** Adds all but the user-data. */
export function addServingOptions(command: Command): Command {
  return command
    .addOption(
      parsedOption(
        '--kernel-args <list>',
        'kernel arguments to add, and with a minus in front to remove: "quiet -console=tty1"',
        parseKernelArgs,
      ).default({ add: [], remove: [] }, 'none'),
    )
    .option('--no-phone-home', 'do not add the hooks by which hosts report their progress to the user-data')
    .option('--boot-host <address>', 'address the boot server listens on')
    .addOption(
      parsedOption('--boot-port <port>', 'port the boot server listens on; 0: any free one', parsePort),
    )
    .option('--advertise <host>', 'address under which the hosts reach the boot server')
    .option('--kernel <path>', 'path of the kernel inside the ISO, for unknown families')
    .option('--initrd <path>', 'path of the initrd inside the ISO, for unknown families')
    .option('--rootfs <path>', 'path of the squashfs inside the ISO, for unknown families')
}

/** The three paths, if they were given; all or none. */
export function pathsOf(
  values: Pick<BootOptionValues, 'kernel' | 'initrd' | 'rootfs'>,
): Readonly<Record<ArtifactRole, string>> | undefined {
  const { kernel, initrd, rootfs } = values
  if (kernel === undefined && initrd === undefined && rootfs === undefined) return undefined
  if (kernel === undefined || initrd === undefined || rootfs === undefined) {
    throw new Failure('usage.invalid', '--kernel, --initrd and --rootfs go together: give all three or none')
  }
  return { kernel, initrd, rootfs }
}

export function parseKernelArgs(text: string): BootOptionValues['kernelArgs'] {
  const words = text.split(/\s+/).filter((word) => word !== '')
  return {
    add: words.filter((word) => !word.startsWith('-')),
    remove: words.filter((word) => word.startsWith('-')).map((word) => word.slice(1)),
  }
}

export function parsePort(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    throw new Failure('usage.invalid', `port ${text}: expected a number from 0 to 65535`)
  }
  return port
}

/** A whole number of at least one. */
export function parseCount(what: string, most: number): (text: string) => number {
  return (text) => {
    const count = Number(text)
    if (!/^\d{1,6}$/.test(text) || count < 1 || count > most) {
      throw new Failure('usage.invalid', `${what} ${text}: expected a whole number from 1 to ${most}`)
    }
    return count
  }
}

export function choice(
  flags: string,
  description: string,
  choices: readonly string[],
  standard: string,
): Option {
  return new Option(flags, description).choices(choices).default(standard)
}
