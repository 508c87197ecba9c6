import type { Architecture } from './installer.ts'
import { type Firmware, isMachineNetwork } from './machine.ts'
import { EXTRA_CONFIG, VSPHERE_PLACE, vsphereOptionProblem } from './vsphere-options.ts'

const MASK = '••••'

/** What is asked for of a machine, as far as it has to fit its driver and itself. */
export interface MachineParts {
  readonly driver: string
  readonly boot?: 'media' | 'typed' | 'pxe' | undefined
  readonly firmware?: Firmware | undefined
  readonly memoryMiB?: number | undefined
  readonly network?: string | undefined
  readonly options: Readonly<Record<string, string>>
}

/** One part of a machine that cannot be as asked for. */
export interface MachineProblem {
  readonly part: 'boot' | 'memory' | 'network' | 'options'
  /** Which of the options. */
  readonly option?: string
  /** Fits after the name of the part or the option. Has no values of `extraConfig`, which may be secret. */
  readonly message: string
}

/**
 * What cannot be, whoever asks for it: on the command line, in a fleet file or through the API. Each of them names the
 * parts in its own words.
 */
export function machineProblems(machine: MachineParts): readonly MachineProblem[] {
  const { boot = 'media', firmware = 'bios' } = machine
  const problems: MachineProblem[] = []
  if (boot === 'typed' && firmware === 'uefi') {
    const message = 'typed needs firmware bios: stock UEFI builds before 2.0 show no prompt to type at'
    problems.push({ part: 'boot', message })
  }
  return [...problems, ...networkProblems(machine), ...memoryProblems(machine), ...optionProblems(machine)]
}

/** Why the machines that are made here cannot boot an installer; absent when they can, or when nobody knows what it is for. */
export function architectureProblem(architecture: Architecture): string | undefined {
  if (architecture !== 'arm64') return undefined
  return 'is for arm64, but the machines that are made here, with every driver, are x86_64 and cannot boot it'
}

function networkProblems({ driver, network }: MachineParts): readonly MachineProblem[] {
  if (network === undefined) return []
  const about = JSON.stringify(network.slice(0, 80))
  if (driver === 'qemu' && !isMachineNetwork(network))
    return [{ part: 'network', message: `is ${about}; with qemu it is user, bridge:NAME or tap:DEVICE` }]
  if (driver === 'vsphere' && !VSPHERE_PLACE.isValid(network))
    return [{ part: 'network', message: `is ${about}; expected ${VSPHERE_PLACE.expected}` }]
  return []
}

function memoryProblems({ driver, memoryMiB = 0 }: MachineParts): readonly MachineProblem[] {
  if (driver !== 'vsphere' || memoryMiB % 4 === 0) return []
  return [{ part: 'memory', message: `is ${memoryMiB}MiB; vSphere takes multiples of 4MiB` }]
}

function optionProblems({ driver, firmware = 'bios', options }: MachineParts): readonly MachineProblem[] {
  const problems: MachineProblem[] = []
  for (const [option, text] of Object.entries(options)) {
    const message =
      driver === 'vsphere' ? vsphereOptionProblem(option, text) : `is nothing that driver ${driver} knows`
    if (message) problems.push({ part: 'options', option, message })
  }
  if (driver === 'vsphere' && options['secureBoot'] === 'true' && firmware !== 'uefi') {
    const message = 'is true, which needs firmware uefi'
    problems.push({ part: 'options', option: 'secureBoot', message })
  }
  return problems
}

/** Options of a machine as people may see them: what is in `extraConfig` may be secret. */
export function shownOptions({
  driver,
  options,
}: Pick<MachineParts, 'driver' | 'options'>): Readonly<Record<string, string>> {
  // Which options of other drivers are secret is theirs to know, so none is shown.
  const isShown = (name: string): boolean => driver === 'vsphere' && !name.startsWith(EXTRA_CONFIG)
  return Object.fromEntries(
    Object.entries(options).map(([name, text]) => [name, isShown(name) ? text : MASK]),
  )
}
