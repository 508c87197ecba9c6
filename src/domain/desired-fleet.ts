import type { ArtifactRole } from './artifact.ts'
import type { Firmware } from './machine.ts'
import type { HostMatch } from './matching.ts'
import type { Phase } from './phase.ts'
import type { ReadyProbe } from './ready-probe.ts'
import type { UserDataPath } from './user-data-key.ts'

/**
 * What somebody wants to be, with everything merged, substituted and read: nothing in it refers to files, variables
 * or defaults of the fleet file any more, except the ISOs, which are files of the server's machine. Names are
 * DNS labels (see `isMachineName`). The control API carries it as `DesiredFleet` of src/contract/fleet.ts.
 */
export interface DesiredFleet {
  readonly installers: readonly DesiredInstaller[]
  readonly profiles: readonly DesiredProfile[]
  readonly hosts: readonly DesiredHost[]
  readonly unknownHosts: UnknownHostPolicy
  /** Where hosts are expected to register; the server has to be set up for just that. */
  readonly palette?: { readonly endpoint: string; readonly projectUid?: string | undefined } | undefined
  /** At most so many hosts install at the same time, in all. */
  readonly maxParallel?: number | undefined
}

export interface DesiredInstaller {
  readonly name: string
  /** Absolute path on the server's machine. */
  readonly isoPath: string
  /** Lower-case hex SHA-256 of the whole ISO. */
  readonly sha256?: string | undefined
  /** Paths inside the ISO, for families we do not know. */
  readonly paths?: Readonly<Record<ArtifactRole, string>> | undefined
}

/** What is decided per profile; what hosts have from it is merged into them. */
export interface DesiredProfile {
  readonly name: string
  /** At most so many of its hosts install at the same time. */
  readonly maxParallel?: number | undefined
  /** Rolling: no further host is started once so many have failed. */
  readonly stopAfterFailures?: number | undefined
  /** What a machine becomes that is adopted with this profile; absent where its user-data needs more than a name. */
  readonly template?: HostTemplate | undefined
}

/** A host without a name; `NEW_HOST_NAME` in its user-data stands for the name it will get. */
export type HostTemplate = Pick<
  DesiredHost,
  | 'installer'
  | 'kernelArgs'
  | 'userData'
  | 'secretPaths'
  | 'ready'
  | 'localBoot'
  | 'bootFile'
  | 'approve'
  | 'bootScheme'
  | 'secureBoot'
  | 'timeouts'
  | 'phoneHome'
>

/** More paths than these are one: that of the whole document. */
const MAX_SECRET_PATHS = 500

/** What a wish says of the places of secrets; nothing where there are none, so that most fleets look as they did. */
export function secretPathsFor(paths: readonly UserDataPath[]): Pick<DesiredHost, 'secretPaths'> {
  if (paths.length === 0) return {}
  return { secretPaths: paths.length > MAX_SECRET_PATHS ? [[]] : paths }
}

/** Stands for the name of a host that is yet to be adopted. No host can be called so. */
export const NEW_HOST_NAME = '@@host.name@@'

export interface DesiredHost {
  readonly name: string
  readonly profile?: string | undefined
  readonly installer: string
  /** What its machine has to say of itself; a machine we create gets the MAC address and UUID given here, or its own. */
  readonly match: HostMatch
  readonly labels: Readonly<Record<string, string>>
  /** Left out for hardware that nobody but a person switches. */
  readonly machine?: DesiredMachine | undefined
  readonly kernelArgs: { readonly add: readonly string[]; readonly remove: readonly string[] }
  /** The merged document, `#cloud-config` first. Secret as a whole. */
  readonly userData: string
  /** Where it has secrets that its keys do not tell: tagged `!secret`, or out of the environment or a file. */
  readonly secretPaths?: readonly UserDataPath[] | undefined
  readonly ready: ReadyProbe
  readonly localBoot: LocalBootStrategy
  /** Firmware image its firmware is handed by PXE or HTTP boot; without one, what fits its architecture. */
  readonly bootFile?: string | undefined
  /** `manual`: a person says yes before it is handed the installer. */
  readonly approve: 'auto' | 'manual'
  /** `https`: installer and user-data are handed over on the HTTPS listener only. */
  readonly bootScheme?: 'http' | 'https' | undefined
  /** It has Secure Boot on. */
  readonly secureBoot?: boolean | undefined
  /** Milliseconds a host may spend in a phase before it is given up. */
  readonly timeouts: Readonly<Partial<Record<Phase, number>>>
  /** Milliseconds it may take in all, from when it is begun. */
  readonly readyWithinMs?: number | undefined
  /** Hooks by which it reports how it gets on are merged into its user-data. */
  readonly phoneHome: boolean
}

/** Options of one machine. */
export const MAX_MACHINE_OPTIONS = 128

export interface DesiredMachine {
  readonly driver: string
  readonly boot?: 'media' | 'typed' | 'pxe' | undefined
  readonly firmware?: Firmware | undefined
  readonly cpus?: number | undefined
  readonly memoryMiB?: number | undefined
  readonly diskGiB?: number | undefined
  /** As the driver names networks: `user`, `bridge:br0`, `VM Network`. */
  readonly network?: string | undefined
  /** TCP ports of the guest to be reached from here, besides those of the ready probe. */
  readonly probePorts?: readonly number[] | undefined
  /** What only this driver knows: data store, folder, address of a BMC. Values may be secret. */
  readonly options: Readonly<Record<string, string>>
}

/** How an installed machine that asks is sent to its disk. `auto`: what suits its firmware. */
export const LOCAL_BOOT_STRATEGIES = ['auto', 'exit', 'exit-1', 'sanboot', 'poweroff'] as const
export type LocalBootStrategy = (typeof LOCAL_BOOT_STRATEGIES)[number]

/** What machines get that nobody has defined. */
export type UnknownHostPolicy =
  | { readonly policy: 'ignore' | 'local' | 'discover' }
  | { readonly policy: 'profile'; readonly profile: string }
