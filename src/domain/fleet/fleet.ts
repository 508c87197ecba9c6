import type { ArtifactRole } from '../artifact.ts'
import type { Firmware } from '../machine.ts'
import type { HostMatch } from '../matching.ts'
import type { Phase } from '../phase.ts'
import type { Place } from './problem.ts'
import type { TreeMap } from './tree.ts'

/** What a fleet file says, checked. Maps are in the order of the file. */
export interface Fleet {
  readonly installers: ReadonlyMap<string, FleetInstaller>
  readonly profiles: ReadonlyMap<string, FleetProfile>
  readonly hosts: ReadonlyMap<string, FleetHost>
  /** The lowest layer of every host's user-data. */
  readonly userData?: UserDataLayer
  /** Most hosts of the whole fleet that install at the same time. */
  readonly maxParallel?: number
  readonly unknownHosts: UnknownHostPolicy
  readonly palette?: PaletteAccess
}

export interface FleetInstaller {
  readonly name: string
  /** Path as written, from the folder of the file that `place` names. */
  readonly iso: string
  /** Lower-case hex. */
  readonly sha256?: string
  /** Paths inside the ISO, where they are not the usual ones. */
  readonly paths: Readonly<Partial<Record<ArtifactRole, string>>>
  readonly place: Place
}

/** A layer of user-data: in the fleet file itself, or in a file whose path starts at the folder of `place.file`. */
export type UserDataLayer =
  | { readonly kind: 'inline'; readonly tree: TreeMap; readonly place: Place }
  | { readonly kind: 'file'; readonly path: string; readonly place: Place }

/** What is done with machines no host of the fleet claims. */
export type UnknownHostPolicy =
  | { readonly kind: 'ignore' | 'local' | 'discover' }
  | { readonly kind: 'profile'; readonly profile: string }

/** Where hosts register. The key is never in the file: the server that asks has its own. */
export interface PaletteAccess {
  /** Host name, and port if it is not 443. */
  readonly endpoint: string
  readonly projectUid?: string
}

export const FLEET_DRIVERS = ['qemu', 'vsphere', 'redfish'] as const
export type FleetDriver = (typeof FLEET_DRIVERS)[number]

/** What a machine shall be; what is missing comes from the layer below, and in the end from MACHINE_DEFAULTS. */
export interface MachineSettings {
  /** Without one, people switch the machine on and off. */
  readonly driver?: FleetDriver
  readonly cpus?: number
  readonly memoryMiB?: number
  readonly diskGiB?: number
  /** `user`, `bridge:NAME` or `tap:DEVICE` for qemu; for vsphere the name or inventory path of a network or port group. */
  readonly network?: string
  readonly firmware?: Firmware
  readonly boot?: 'media' | 'typed' | 'pxe'
  /** TCP ports of the guest the ready probe has to reach. */
  readonly probePorts?: readonly number[]
  /** By the names of domain/vsphere-options.ts, `extraConfig.KEY` included. */
  readonly vsphere?: Readonly<Record<string, string>>
}

/** What a machine is made of where the fleet does not say. */
export const MACHINE_DEFAULTS = {
  cpus: 8,
  memoryMiB: 32 * 1024,
  diskGiB: 300,
  firmware: 'bios',
  boot: 'media',
} as const satisfies MachineSettings

/** What proves that a host is ready. `local-ui` without a port uses the one of the host's user-data. */
export type FleetReady =
  | { readonly kind: 'auto' | 'phone-home' }
  | { readonly kind: 'local-ui'; readonly port?: number }
  | { readonly kind: 'tcp'; readonly port: number }
  /** `{ip}` in the URL stands for the host's address. */
  | { readonly kind: 'url'; readonly url: string }
  /** Registered, ready and healthy in Palette. */
  | { readonly kind: 'palette' }

/** How a host that shall boot from its disk is sent there. */
export const LOCAL_BOOTS = ['exit', 'sanboot', 'exit 1', 'poweroff'] as const
export type LocalBoot = (typeof LOCAL_BOOTS)[number]

/** Phases a host can be stuck in, for which a profile can set a limit. */
export type TimedPhase = Exclude<Phase, 'defined' | 'ready' | 'failed'>

export interface FleetProfile {
  readonly name: string
  readonly installer: string
  readonly kernelArgs: { readonly add: readonly string[]; readonly remove: readonly string[] }
  readonly userData?: UserDataLayer
  readonly machine: MachineSettings
  readonly ready?: FleetReady
  /** Most hosts of this profile that install at the same time. */
  readonly maxParallel?: number
  /** Without one, what suits the firmware. */
  readonly localBoot?: LocalBoot
  /** Firmware image by name; without one, what fits the architecture. */
  readonly bootFile?: string
  /** `manual`: a person says yes to each installation. */
  readonly approve: 'auto' | 'manual'
  /** How hosts fetch their installation; without one, over plain HTTP. */
  readonly bootScheme?: 'http' | 'https'
  /** Hosts have Secure Boot on: they get the signed shim and iPXE. */
  readonly secureBoot?: boolean
  /** Milliseconds. */
  readonly timeouts: Readonly<Partial<Record<TimedPhase, number>>>
  /** No further host is begun once so many have failed. */
  readonly stopAfterFailures?: number
  readonly place: Place
}

export interface FleetHost {
  readonly name: string
  readonly profile: string
  /** Empty for machines we create ourselves. MAC and UUID in canonical form, the UUID in the byte order written. */
  readonly match: HostMatch
  readonly labels: ReadonlyMap<string, string>
  readonly userData?: UserDataLayer
  /** What differs from the profile's. */
  readonly machine: MachineSettings
  readonly ready?: FleetReady
  /** In place of the profile's. */
  readonly bootFile?: string
  readonly place: Place
}

/**
 * The machine of a host: its own settings over its profile's over the defaults, key by key, also inside `vsphere`. What a
 * profile says of vSphere is nothing to a host with another driver.
 */
export function machineOf(profile: Pick<FleetProfile, 'machine'>, host: Pick<FleetHost, 'machine'>) {
  const { vsphere: under, ...ofProfile } = profile.machine
  const { vsphere: over, ...ofHost } = host.machine
  const merged = { ...MACHINE_DEFAULTS, ...ofProfile, ...ofHost }
  const options: Readonly<Record<string, string>> = merged.driver === 'vsphere' ? { ...under, ...over } : {}
  return { ...merged, options }
}

/** What `${host.…}` can stand for in the user-data of a host. */
export function hostVariables(host: FleetHost): ReadonlyMap<string, string> {
  const variables = new Map([
    ['name', host.name],
    ['profile', host.profile],
  ])
  for (const [label, text] of host.labels) variables.set(`labels.${label}`, text)
  for (const [key, text] of Object.entries(host.match)) {
    const isLabel = key === 'product' || key === 'manufacturer'
    if (text !== undefined) variables.set(isLabel ? `match.label.${key}` : `match.${key}`, text)
  }
  return variables
}
