import { decodeUserData } from '../codec/user-data/user-data.ts'
import {
  type DesiredFleet,
  type DesiredHost,
  type DesiredMachine,
  NEW_HOST_NAME,
} from '../domain/desired-fleet.ts'
import { Failure } from '../domain/failure.ts'
import { isMachineName } from '../domain/machine.ts'
import { architectureProblem, machineProblems } from '../domain/machine-rules.ts'
import { ambiguousMatches } from '../domain/matching.ts'
import { memoryFloorMiB } from '../domain/memory-floor.ts'
import { parsePaletteEndpoint } from '../domain/palette.ts'
import type { UserDataSummary } from '../domain/user-data.ts'
import type { UserDataReader, UserDataReading } from '../ports/user-data-reader.ts'
import { createHostTexts } from './boot-texts.ts'
import { type NetbootAbilities, netbootProblems, PLAIN_NETBOOT } from './check-netboot.ts'
import type { ShelvedInstaller } from './installer-shelf.ts'

/** More than these are told as a number. */
const MAX_PROBLEMS = 50

/** What this server can do for a fleet. */
export interface FleetAbilities {
  /** Kinds of drivers there are. */
  readonly drivers: readonly string[]
  /** Whether one of them does not notice a guest that resets itself. */
  readonly missesResets?: (driver: string) => boolean
  /** For hosts that boot over HTTPS or with Secure Boot; absent: neither. */
  readonly netboot?: NetbootAbilities | undefined
  /** The Palette it may ask; absent without an API key. */
  readonly palette?: { readonly endpoint: string; readonly projectUid?: string | undefined } | undefined
}

/** What was found out about a fleet on the way. */
export interface CheckedFleet {
  readonly userData: ReadonlyMap<string, UserDataSummary>
  readonly warnings: readonly string[]
}

/**
 * Whether the fleet can be carried out with these installers and drivers: names, user-data, memory, kernel lines. Failure
 * `fleet.invalid` with every problem, host by host; nothing was changed then.
 */
export async function checkFleet(...about: Parameters<typeof lookAtFleet>): Promise<CheckedFleet> {
  const { problems, ...checked } = await lookAtFleet(...about)
  if (problems.length > 0) throw invalid(problems)
  return checked
}

/** The same with what is wrong as a value. */
export async function lookAtFleet(
  fleet: DesiredFleet,
  shelf: { get(name: string): Pick<ShelvedInstaller, 'installer'> | undefined },
  abilities: FleetAbilities,
  {
    reader,
    signal,
    remembered = () => undefined,
    kept = [],
    breathe = async () => undefined,
  }: {
    readonly reader: UserDataReader
    readonly signal: AbortSignal
    /** What was found in a document that was looked into before; most of a large fleet is the same every time. */
    readonly remembered?: (host: DesiredHost) => UserDataSummary | undefined
    /** Hosts that stay in force beside those of the fleet. */
    readonly kept?: readonly DesiredHost[]
    /** Awaited after each host, for others to get their answers while a large fleet is looked through. */
    readonly breathe?: () => Promise<void>
  },
): Promise<CheckedFleet & { readonly problems: readonly string[] }> {
  const problems: string[] = [...checkPalette(fleet, abilities)]
  const warnings = new Set<string>()
  const userData = new Map<string, UserDataSummary>()
  const known = new Map(fleet.hosts.map((host) => [host.name, remembered(host)]))
  const readings = await readAll(fleet.hosts.filter(({ name }) => !known.get(name)))
  const kernelLineOf = createKernelLineCheck()
  const names = new Set<string>()
  const profiles = new Set(fleet.profiles.map(({ name }) => name))

  for (const host of fleet.hosts) {
    await breathe()
    const complain = (problem: string): void => void problems.push(`host ${host.name}: ${problem}`)
    if (!isMachineName(host.name)) {
      problems.push(`${JSON.stringify(host.name.slice(0, 80))} cannot be a host name: ${NAME_RULE}`)
    }
    if (names.has(host.name)) complain('is there twice')
    names.add(host.name)
    if (host.profile !== undefined && !profiles.has(host.profile)) complain(`has no profile ${host.profile}`)
    if (!host.machine && Object.keys(host.match).length === 0)
      complain('has neither a machine to be made nor anything to recognise its machine by')
    if (host.machine) checkMachine(host.machine, abilities.drivers, complain)
    if (host.ready.kind === 'palette' && !abilities.palette)
      complain(
        'is to be ready when Palette says so, but this server has no API key: EDGEBOOT_PALETTE_API_KEY',
      )
    const installer = shelf.get(host.installer)?.installer
    if (installer) {
      checkAgainst(host, installer, kernelLineOf(host, installer), complain, warnings)
      netbootProblems(host, installer, abilities.netboot ?? PLAIN_NETBOOT).forEach(complain)
    } else complain(`its installer ${host.installer} is not one of the fleet's`)

    const summary = known.get(host.name) ?? tellOf(host, complain)
    if (!summary) continue
    userData.set(host.name, summary)
    if (host.ready.kind === 'palette' && summary.managementMode === 'local')
      complain('is to be ready when Palette says so, but is managed locally and never registers there')
    if (installedUnnoticed(host, summary, abilities)) {
      warnings.add(
        `driver ${host.machine?.driver} does not notice that a machine restarts itself, and hosts that do not report (phone-home is off) ` +
          'do not tell: with install.reboot nobody learns that they have installed; set install.poweroff, or let them report (phone-home)',
      )
    }
    if (cannotBeProven(host, summary)) {
      warnings.add(
        'nothing can prove these hosts ready: they neither report (phone-home is off) nor have a Local UI; say what does with ready',
      )
    }
  }
  problems.push(...checkClaims(fleet.hosts, kept))
  problems.push(...checkUnknownHosts(fleet))
  return { userData, warnings: [...warnings], problems }

  /** By text: many hosts often share one document, and it is looked into once. */
  async function readAll(hosts: readonly DesiredHost[]): Promise<ReadonlyMap<string, UserDataReading>> {
    const texts = [...new Set(hosts.map(({ userData }) => userData))]
    const found = await reader.read(texts, signal)
    return new Map(found.map((reading, at) => [texts[at] ?? '', reading]))
  }

  function tellOf(host: DesiredHost, complain: (problem: string) => void): UserDataSummary | undefined {
    const reading = readings.get(host.userData)
    for (const { severity, line, column, message, rule, fix } of reading?.findings ?? []) {
      const text = `user-data ${line}:${column} ${message} (${rule})${fix ? `; ${fix}` : ''}`
      if (severity === 'error') complain(text)
      else if (warnings.size < MAX_PROBLEMS) warnings.add(text)
    }
    return reading?.summary
  }
}

/** Two hosts that could be one machine: found now, not when the machine asks and gets nothing. */
function checkClaims(hosts: readonly DesiredHost[], kept: readonly DesiredHost[]): readonly string[] {
  const old = new Set(kept.map(({ name }) => name))
  const claims = [...hosts, ...kept].filter(({ machine }) => !machine)
  return ambiguousMatches(claims).flatMap(({ names, by }) => {
    const gone = names.filter((name) => old.has(name))
    if (gone.length === names.length) return []
    const remedy =
      gone.length > 0
        ? `${gone[0]} is no longer asked for, but kept: remove it with --prune`
        : 'make their match differ'
    return [`hosts ${names.join(' and ')} could be the same machine (${by.join(', ')}); ${remedy}`]
  })
}

/** What an unknown machine would become has to be right before one comes. */
function checkUnknownHosts({ unknownHosts, profiles }: DesiredFleet): readonly string[] {
  if (unknownHosts.policy !== 'profile') return []
  const { profile } = unknownHosts
  const template = profiles.find(({ name }) => name === profile)?.template
  if (!template) {
    return [
      `unknown hosts are to become ${profile}, but its user-data needs more than a name (labels, or what a host is matched by)`,
    ]
  }
  return decodeUserData(template.userData.replaceAll(NEW_HOST_NAME, 'new-host'))
    .findings.filter(({ severity }) => severity === 'error')
    .map(({ line, column, message }) => `unknown hosts: user-data ${line}:${column} ${message}`)
}

/** A host that restarts into its installed system without a word to us. */
function installedUnnoticed(
  { machine, phoneHome }: DesiredHost,
  { finish }: UserDataSummary,
  { drivers, missesResets = () => false }: FleetAbilities,
): boolean {
  if (!machine || phoneHome || finish !== 'reboot') return false
  return drivers.includes(machine.driver) && missesResets(machine.driver)
}

function cannotBeProven({ ready, phoneHome }: DesiredHost, { managementMode }: UserDataSummary): boolean {
  return ready.kind === 'phone-home'
    ? !phoneHome
    : ready.kind === 'auto' && !phoneHome && managementMode !== 'local'
}

const NAME_RULE = 'lower-case letters, digits and hyphens, at most 63'

/** The server's key goes only where the server was told to send it, whatever a fleet says. */
function checkPalette(
  { palette: wanted }: DesiredFleet,
  { palette: has }: FleetAbilities,
): readonly string[] {
  if (!wanted || !has) return []
  const isSame =
    parsePaletteEndpoint(wanted.endpoint) === has.endpoint && wanted.projectUid === has.projectUid
  if (isSame) return []
  const where = `${has.endpoint}${has.projectUid ? `, project ${has.projectUid}` : ''}`
  return [
    `palette: hosts are to register at ${wanted.endpoint}${wanted.projectUid ? `, project ${wanted.projectUid}` : ''}, ` +
      `but this server asks ${where}; start it with --palette-endpoint and --palette-project`,
  ]
}

function checkMachine(
  machine: DesiredMachine,
  drivers: readonly string[],
  complain: (problem: string) => void,
): void {
  const { driver, diskGiB } = machine
  if (!drivers.includes(driver)) complain(noDriver(driver, drivers))
  if (diskGiB !== undefined && !Number.isInteger(diskGiB)) complain(`disk ${diskGiB} GiB: expected whole GiB`)
  for (const { part, option, message } of machineProblems(machine))
    complain(`machine ${option === undefined ? part : `option ${option.slice(0, 80)}`} ${message}`)
}

function noDriver(driver: string, drivers: readonly string[]): string {
  const needs = driver === 'vsphere' ? '; set GOVC_URL, GOVC_USERNAME and GOVC_PASSWORD where it runs' : ''
  return `there is no driver ${driver} here; there is ${drivers.join(', ')}${needs}`
}

function checkAgainst(
  { machine }: DesiredHost,
  installer: ShelvedInstaller['installer'],
  kernelLine: KernelLineVerdict,
  complain: (problem: string) => void,
  warnings: Set<string>,
): void {
  const size = (role: string): number =>
    installer.artifacts.find((artifact) => artifact.role === role)?.sizeBytes ?? 0
  const floor = memoryFloorMiB({ initrdBytes: size('initrd'), rootfsBytes: size('rootfs') })
  if (machine?.memoryMiB !== undefined && machine.memoryMiB < floor) {
    complain(
      `memory ${machine.memoryMiB}MiB is too little: the installer keeps its root file system of ` +
        `${Math.ceil(size('rootfs') / 1024 / 1024)} MiB in memory and needs at least ${floor}MiB`,
    )
  }
  const misfit = machine && architectureProblem(installer.architecture)
  if (misfit) {
    complain(
      `its installer ${misfit}; use the one for x86_64, or leave machine out and boot an arm64 machine of your own`,
    )
  }
  for (const warning of kernelLine.warnings) warnings.add(warning)
  if (kernelLine.problem) complain(kernelLine.problem)
}

interface KernelLineVerdict {
  readonly warnings: readonly string[]
  readonly problem?: string
}

/** Looks into the kernel line of a host; those of most hosts of a fleet are alike, and each kind is looked into once. */
function createKernelLineCheck(): (
  host: DesiredHost,
  installer: ShelvedInstaller['installer'],
) => KernelLineVerdict {
  const known = new Map<string, KernelLineVerdict>()
  return (host, installer) => {
    const key = JSON.stringify([host.installer, host.kernelArgs])
    const verdict = known.get(key) ?? checkKernelLine(host, installer)
    known.set(key, verdict)
    return verdict
  }
}

function checkKernelLine(
  { kernelArgs, userData, phoneHome }: DesiredHost,
  installer: ShelvedInstaller['installer'],
): KernelLineVerdict {
  try {
    const { warnings } = createHostTexts({ installer, userData: { text: userData }, kernelArgs, phoneHome })
    return { warnings }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { warnings: [], problem: error.message }
  }
}

function invalid(problems: readonly string[]): Failure {
  const shown = problems.slice(0, MAX_PROBLEMS)
  const more = problems.length - shown.length
  return new Failure(
    'fleet.invalid',
    [...shown, ...(more > 0 ? [`and ${more} more problems`] : [])].join('\n  '),
  )
}
